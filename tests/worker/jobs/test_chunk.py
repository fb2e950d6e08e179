"""A chunk from claim to commit, on both databases, without a broker."""

from __future__ import annotations

import errno
import logging
from dataclasses import replace

import pytest

from db.engine import Database
from db.queries.results import verdict_of
from db.queue.accept import accept_review, accept_upload
from model import Explanation, Scorer, Verdict
from tests.fixtures.chunks import drain
from tests.fixtures.reviews import Count, accept_text, csv_file, long_review, origin, recount, review
from tests.worker.jobs.helpers import outputs
from worker.files.limits import Limits
from worker.jobs.chunk import process_chunk

LIMITS = Limits(max_rows=10_000, max_unpacked_bytes=1 << 20, max_review_chars=5_000)


class Delicate(Scorer):
    """The shipped scorer, which however chokes on any text that says so."""

    def score(self, texts: list[str]) -> list[Verdict]:
        if any("POISON" in text for text in texts):
            raise ValueError(f"cannot read {texts[0]}")
        return super().score(texts)


def test_a_review_is_scored_explained_and_told(db: Database, scorer: Scorer) -> None:
    accepted = accept_text(db)
    changed: list[int] = []
    assert process_chunk(db, scorer, accepted.chunk_id, limits=LIMITS, on_change=changed.append)
    result = verdict_of(db, accepted.job_id)
    expected = scorer.explain(review(1))
    assert result.probability == pytest.approx(expected.verdict.probability, abs=1e-6)
    assert result.label == expected.verdict.label
    assert result.model == scorer.version
    assert result.explanation is not None
    assert [s[:2] for s in result.explanation] == [(s.start, s.end) for s in expected.sentences]
    assert changed == [accepted.job_id]
    assert (result.mixed, result.stars) == (expected.mixed, None)


def test_a_long_review_has_an_estimate(sqlite_db: Database, scorer: Scorer) -> None:
    accepted = accept_review(sqlite_db, origin(), long_review(1))
    assert process_chunk(sqlite_db, scorer, accepted.chunk_id, limits=LIMITS)
    result = verdict_of(sqlite_db, accepted.job_id)
    assert result.stars == scorer.score([long_review(1)])[0].stars
    assert result.stars is not None


class Cramped(Scorer):
    """A scorer on a machine whose disk is full."""

    def explain(self, text: str) -> Explanation:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_costs_a_review_no_attempt(sqlite_db: Database, scorer: Scorer) -> None:
    accepted, cramped = accept_text(sqlite_db), Cramped()
    for _ in range(5):
        assert not process_chunk(sqlite_db, cramped, accepted.chunk_id, limits=LIMITS, lease_s=-1)
    assert process_chunk(sqlite_db, scorer, accepted.chunk_id, limits=LIMITS)
    assert recount(sqlite_db, accepted.job_id) == Count("done", 1, 1, 0, 1)


class Mixed(Scorer):
    """A scorer that finds every review mixed."""

    def explain(self, text: str) -> Explanation:
        return replace(super().explain(text), mixed=True)


def test_a_mixed_review_is_flagged_beside_its_label(db: Database, scorer: Scorer) -> None:
    accepted = accept_text(db)
    assert process_chunk(db, Mixed(), accepted.chunk_id, limits=LIMITS)
    result = verdict_of(db, accepted.job_id)
    assert result.flags == (*scorer.score([review(1)])[0].flags, "mixed")
    assert result.mixed is True
    assert result.label == scorer.score([review(1)])[0].label


def test_a_message_delivered_twice_does_no_harm(db: Database, scorer: Scorer) -> None:
    accepted = accept_text(db)
    assert process_chunk(db, scorer, accepted.chunk_id, limits=LIMITS)
    assert not process_chunk(db, scorer, accepted.chunk_id, limits=LIMITS)
    assert recount(db, accepted.job_id) == Count("done", 1, 1, 0, 1)


def test_one_poisoned_row_never_fails_the_rest(db: Database, caplog: pytest.LogCaptureFixture) -> None:
    body = csv_file(40).decode().replace("scene 17 ", "POISON ")
    accepted = accept_upload(db, origin(), filename="reviews.csv", parts=[body.encode()])
    with caplog.at_level(logging.DEBUG):
        drain(db, Delicate(), limits=LIMITS)
    assert recount(db, accepted.job_id) == Count("done", 40, 39, 1, 39)
    assert [row[0] for row in outputs(db, accepted.job_id)["rejected"][1:]] == ["17"]
    assert "ValueError" in caplog.text
    assert "POISON" not in caplog.text
    assert "scene" not in caplog.text
