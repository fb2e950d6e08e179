"""Completion: an ended job has no open chunk, one notice if it is a file's, and no old sums."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from db.delivery.notices import undelivered
from db.engine import Database
from db.queries.jobs import get_job
from db.queries.summaries import roll_up
from db.queue import cancel
from db.queue.accept import accept_review
from db.queue.completion import end_job
from db.queue.leases import lock_job
from db.tables import report_days
from db.types import JobState
from tests.db.steps import ME, chunks, commit, file_job, must, origin
from tests.db.steps import claim as claim_chunk


@pytest.mark.parametrize(("state", "notices"), [("done", ["done"]), ("failed", ["failed"]), ("cancelled", [])])
def test_a_file_that_ends_tells_its_owner_unless_they_cancelled_it(
    db: Database, state: JobState, notices: list[str]
) -> None:
    job_id = file_job(db, 6, chunk_rows=2)
    assert commit(db, must(claim_chunk(db, chunks(db, job_id, "pending")[0])))
    must(claim_chunk(db, chunks(db, job_id, "pending")[0]))
    with db.begin() as session:
        end_job(session, lock_job(session, job_id), state, code="empty_file", values={})
    job = get_job(db, ME, job_id)
    assert (job.state, job.error_code, job.finished_at is None) == (state, "empty_file", False)
    assert len(chunks(db, job_id, "cancelled")) == 2
    assert len(chunks(db, job_id, "done")) == 2  # reading, and the two rows that were scored
    assert [notice.kind for notice in undelivered(db)] == notices


def test_a_message_makes_no_notice(db: Database) -> None:
    job_id = accept_review(db, origin(), "good").job_id
    with db.begin() as session:
        end_job(session, lock_job(session, job_id), "failed")
    assert undelivered(db) == []


def test_sums_of_what_the_job_was_before_go(db: Database) -> None:
    job_id = file_job(db, 2)
    assert commit(db, must(claim_chunk(db, chunks(db, job_id, "pending")[0])))
    roll_up(db, [job_id])
    cancel(db, ME, job_id)
    with db.read() as session:
        assert session.execute(select(report_days)).all() == []
