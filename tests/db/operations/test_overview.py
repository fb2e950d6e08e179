"""The overview counts what is there."""

from __future__ import annotations

import pytest

from db.engine import Database
from db.operations.heartbeats import record
from db.operations.overview import overview
from db.queue import cancel, claim
from tests.db.steps import ME, chunks, commit, file_job, must
from tests.fixtures.reviews import accept_csv, accept_text


def test_the_overview_counts_what_is_there(db: Database) -> None:
    job = accept_csv(db, 20).job_id
    accept_text(db)
    record(db, "a", "worker", "here", {"ready": True})
    seen = overview(db)
    assert seen.figures.unfinished == {"ingesting": 1, "active": 1}
    assert set(seen.figures.oldest_s) == {"file", "message"}
    assert [one.id for one in seen.running] == [job]
    assert seen.schema.isdigit()
    assert "hunter2" not in seen.database


@pytest.mark.parametrize(("jobs", "listed"), [(9, 9), (10, 10), (11, 10)])
def test_the_oldest_running_jobs_are_listed(db: Database, jobs: int, listed: int) -> None:
    ids = [file_job(db, 2, chunk_rows=1) for _ in range(jobs)]
    assert commit(db, must(claim(db, chunks(db, ids[0], "pending")[0])))
    cancel(db, ME, file_job(db, 2))
    seen = overview(db)
    assert [job.id for job in seen.running] == ids[:listed]
    assert [(job.rows_ended, job.rows_total) for job in seen.running[:2]] == [(1, 2), (0, 2)]
    assert seen.figures.ended == {"cancelled": 1}
    assert seen.figures.unfinished == {"active": jobs}
