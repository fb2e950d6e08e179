"""A verdict explained after it was given."""

from __future__ import annotations

import pytest

from db.engine import Database
from db.queries.results import verdict_of
from model import Scorer
from tests.fixtures.chunks import drain
from tests.fixtures.reviews import accept_csv, review
from worker.files.limits import Limits
from worker.jobs.explain import explain_review

LIMITS = Limits(max_rows=100, max_unpacked_bytes=1 << 20, max_review_chars=5_000)


class NextModel(Scorer):
    """The shipped model under another version."""

    def __init__(self) -> None:
        super().__init__()
        self.version = "next"


def test_a_verdict_of_a_file_is_explained_once_by_its_own_model(sqlite_db: Database, scorer: Scorer) -> None:
    job = accept_csv(sqlite_db, 2).job_id
    drain(sqlite_db, scorer, limits=LIMITS)
    first = verdict_of(sqlite_db, job)
    assert first.explanation is None
    assert not explain_review(sqlite_db, NextModel(), first.id)
    assert explain_review(sqlite_db, scorer, first.id)
    assert not explain_review(sqlite_db, scorer, first.id)
    sentences = scorer.explain(review(1)).sentences
    explanation = verdict_of(sqlite_db, job).explanation
    assert explanation is not None
    assert [part[:2] for part in explanation] == [(one.start, one.end) for one in sentences]
    assert [part[2] for part in explanation] == pytest.approx([one.contribution for one in sentences], abs=1e-4)


def test_what_does_not_exist_is_not_explained(sqlite_db: Database, scorer: Scorer) -> None:
    assert not explain_review(sqlite_db, scorer, 12_345)
