"""Counts on a job: equal to a recount, also where rows were rejected or failed."""

from __future__ import annotations

from sqlalchemy import update

from db.engine import Database
from db.queue import claim, release_failed
from db.queue.job_counts import recount, set_counts, stored_counts
from db.tables import Job
from db.types import NewRejected
from tests.db.steps import check_invariants, chunks, commit, file_job, must


def test_a_recount_finds_every_kind_of_row(db: Database) -> None:
    job_id = file_job(db, 5, chunk_rows=1, rejected=[NewRejected(n, "empty", "no text") for n in (6, 7)])
    first, *rest = chunks(db, job_id, "pending")
    for _ in range(3):
        release_failed(db, must(claim(db, first)), code="ValueError")
    for chunk in rest[:3]:
        assert commit(db, must(claim(db, chunk)))
    counts = recount(db, job_id)
    assert (counts.rows_done, counts.rows_rejected, counts.rows_failed) == (3, 2, 1)
    assert (counts.n_positive, counts.n_negative, counts.n_uncertain) == (1, 1, 1)
    assert sum(counts.histogram) == 3
    with db.begin() as session:
        session.execute(update(Job).values(rows_done=99, rows_rejected=0, rows_failed=7, n_positive=5, n_negative=0))
    with db.begin() as session:
        job = session.get_one(Job, job_id)
        assert stored_counts(job) != counts
        set_counts(session, job)
    with db.read() as session:
        assert stored_counts(session.get_one(Job, job_id)) == counts
    check_invariants(db)
