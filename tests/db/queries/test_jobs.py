"""Jobs as they are listed."""

from __future__ import annotations

from db.engine import Database
from db.queries.jobs import list_jobs
from tests.db.steps import (
    ME,
    done_review,
    file_job,
)


def test_lists_go_newest_first_in_pages(db: Database) -> None:
    jobs = [file_job(db, 1) for _ in range(5)]
    done = done_review(db)
    first = list_jobs(db, ME, limit=4)
    assert [job.id for job in first] == [jobs[-1] + 1, *jobs[:1:-1]]
    assert [job.id for job in list_jobs(db, ME, before_id=first[-1].id)] == jobs[1::-1]
    assert [job.id for job in list_jobs(db, ME, active_only=True)] == jobs[::-1]
    assert done
