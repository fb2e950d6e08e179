"""What a finished file job hands back."""

from __future__ import annotations

import pytest

from db.engine import Database
from model import Scorer
from tests.fixtures.chunks import drain
from tests.fixtures.reviews import Count, accept_csv, recount, review
from tests.worker.jobs.helpers import outputs
from worker.files.limits import Limits

LIMITS = Limits(max_rows=10_000, max_unpacked_bytes=1 << 20, max_review_chars=5_000)


def test_a_file_comes_back_scored_with_its_rejected_rows(db: Database, scorer: Scorer) -> None:
    accepted = accept_csv(db, 250, empty=(3, 249))
    drain(db, scorer, limits=LIMITS)
    assert recount(db, accepted.job_id) == Count("done", 248, 248, 2, 248)
    files = outputs(db, accepted.job_id)
    header, *rows = files["scored"]
    assert header == ["id", "review", "label", "probability", "flags", "model", "estimated_stars"]
    assert [row[0] for row in rows] == [str(n) for n in range(1, 251)]
    assert rows[2][2:4] == ["", ""]
    assert float(rows[9][3]) == pytest.approx(scorer.score([review(10)])[0].probability, abs=1e-4)
    assert [row[0] for row in files["rejected"][1:]] == ["3", "249"]


def test_a_file_without_bad_rows_has_no_second_file(db: Database, scorer: Scorer) -> None:
    accepted = accept_csv(db, 3)
    drain(db, scorer, limits=LIMITS)
    assert set(outputs(db, accepted.job_id)) == {"scored"}
