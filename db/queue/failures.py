"""Failed attempts: a chunk is tried again, then in halves, until the one row that cannot be scored is alone."""

from __future__ import annotations

from typing import Final

from sqlalchemy import case, select, update
from sqlalchemy.orm import Session

from common.messages import GAVE_UP_DIED, GAVE_UP_FINISH, GAVE_UP_INGEST, GAVE_UP_NO_ROOM, GAVE_UP_STUCK
from db.clock import db_time
from db.engine import Database
from db.queue import leases
from db.queue.completion import after_scoring, end_job
from db.queue.ingest import insert_rejected
from db.queue.job_counts import NOT_SCORED
from db.tables import Chunk, Job, Review
from db.types import NO_ROOM, READER_DIED, READER_STUCK, TIME_LIMIT, Claim, NewRejected

_GAVE_UP: Final = {"ingest": GAVE_UP_INGEST, "finish": GAVE_UP_FINISH}
"""Kind of chunk -> how a job ends whose chunk of that kind failed every attempt."""
_GAVE_UP_FOR: Final = {READER_DIED: GAVE_UP_DIED, READER_STUCK: GAVE_UP_STUCK, NO_ROOM: GAVE_UP_NO_ROOM}
"""Why the last attempt failed -> how the job ends, where there is more to say than its kind."""


def release_failed(db: Database, claim: Claim, *, code: str) -> None:
    """Gives back a chunk whose attempt raised; `code` is kept for the host. Does nothing when the claim was lost.

    It is tried again up to 3 times. Then a chunk of reviews is cut in halves (at once, where it took too long), and a
    single review is marked as failed (a rejected row, counted in `rows_failed`) while the rest of the job goes on;
    reading and writing fail the job.
    """
    with db.begin() as session:
        job = leases.lock_job(session, claim.job_id)
        if leases.end_claim(session, claim, "pending"):
            chunk = session.get_one(Chunk, claim.chunk_id)
            requeue_or_give_up(session, job, chunk, code)


def postpone(db: Database, claim: Claim, *, wait_s: float) -> None:
    """Leaves a chunk alone for `wait_s` seconds: it failed for want of a disk or a database, which is no fault of its
    own, so the attempt does not count. Does nothing when the claim was lost."""
    with db.begin() as session:
        tries = case((Chunk.tries > 0, Chunk.tries - 1), else_=0)
        leases.update_claimed(session, claim, tries=tries, lease_until=db_time(wait_s))


def try_again_later(db: Database, claim: Claim, *, code: str, wait_s: float) -> None:
    """As `release_failed`, but the next attempt is `wait_s` seconds away: for what may pass, and must not go on for
    ever. Does nothing when the claim was lost."""
    with db.begin() as session:
        job = leases.lock_job(session, claim.job_id)
        if leases.update_claimed(session, claim, error_code=code, lease_until=db_time(wait_s)):
            chunk = session.get_one(Chunk, claim.chunk_id, populate_existing=True)
            if chunk.tries >= leases.MAX_TRIES:
                requeue_or_give_up(session, job, chunk, code)


def requeue_or_give_up(session: Session, job: Job, chunk: Chunk, code: str) -> None:
    """Readies a chunk that nobody holds for its next attempt, or gives it up; the job is locked."""
    chunk.state, chunk.error_code, chunk.lease_until = "pending", code, None
    chunk.queued_at = chunk.rung_at = None
    chunk.rings = 0
    too_long = code == TIME_LIMIT and chunk.kind == "score" and chunk.rows > 1
    if chunk.tries < leases.MAX_TRIES and not too_long:  # the same again would take as long again
        return
    if chunk.kind != "score":
        chunk.state = "failed"
        end_job(session, job, "failed", code=_GAVE_UP_FOR.get(code, _GAVE_UP[chunk.kind]), values={"cause": code})
    elif chunk.rows > 1:
        _halve(session, job, chunk)
    else:
        _fail_row(session, job, chunk)


def _halve(session: Session, job: Job, chunk: Chunk) -> None:
    """The chunk keeps its first half, a new one takes the second; who still works on the whole is fenced off."""
    rows = session.scalars(
        select(Review.row_number)
        .where(Review.job_id == job.id, Review.row_number.between(chunk.first_row, chunk.last_row))
        .order_by(Review.row_number)
    ).all()
    first, second = rows[: len(rows) // 2], rows[len(rows) // 2 :]
    half = Chunk(job_id=job.id, kind="score", queue=chunk.queue, state="pending")
    half.first_row, half.last_row, half.rows = second[0], second[-1], len(second)
    session.add(half)
    chunk.first_row, chunk.last_row, chunk.rows, chunk.tries = first[0], first[-1], len(first), 0


def _fail_row(session: Session, job: Job, chunk: Chunk) -> None:
    chunk.state = "failed"
    row = NewRejected(chunk.first_row, NOT_SCORED, "could not be scored")
    job.rows_failed += insert_rejected(session, job.id, [row])
    job.version += 1
    session.flush()
    after_scoring(session, job)


def give_up_expired(db: Database, job_id: int, chunk_id: int) -> None:
    """For the sweeper: a chunk whose last attempt died holding it."""
    with db.begin() as session:
        job = leases.lock_job(session, job_id)
        taken = session.scalar(
            update(Chunk)
            .where(Chunk.id == chunk_id, Chunk.state == "running", Chunk.tries >= leases.MAX_TRIES)
            .where(leases.lease_guard(), leases.job_guard())
            .values(state="pending", lease_until=None)
            .returning(Chunk.id)
            .execution_options(synchronize_session=False)
        )
        if taken is not None:
            requeue_or_give_up(session, job, session.get_one(Chunk, chunk_id), "worker_died")
