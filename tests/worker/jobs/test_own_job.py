"""A job worked on in this process: piece by piece, and never what somebody else holds."""

from __future__ import annotations

from db.engine import Database
from db.queue import claim
from tests.db.steps import chunks, file_job, must, state
from tests.fixtures.reviews import accept_csv
from tests.fixtures.scorer import Judge
from worker.files.limits import Limits
from worker.jobs.own_job import work_once

LIMITS = Limits(max_rows=10_000, max_unpacked_bytes=1 << 20, max_review_chars=5_000)


def test_one_job_to_its_end_and_no_other(sqlite_db: Database) -> None:
    other = file_job(sqlite_db, 2)
    job = accept_csv(sqlite_db, 5).job_id
    pieces = 0
    while work_once(sqlite_db, Judge(), job, limits=LIMITS):  # type: ignore[arg-type]
        pieces += 1
    assert (state(sqlite_db, job), pieces) == ("done", 3)
    assert state(sqlite_db, other) == "active"


def test_what_somebody_holds_is_left(sqlite_db: Database) -> None:
    job = file_job(sqlite_db, 2)
    must(claim(sqlite_db, chunks(sqlite_db, job)[-1]))
    assert not work_once(sqlite_db, Judge(), job, limits=LIMITS)  # type: ignore[arg-type]
