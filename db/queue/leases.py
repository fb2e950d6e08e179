"""Leases: claiming a chunk, keeping it, and the guards that make every other writer lose.

Locks are always taken in the order job, chunk. The guards are functions of one line each: the race tests take each
one out and must then fail.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, true, update
from sqlalchemy.orm import Session

from db.clock import db_time
from db.engine import Database
from db.tables import Chunk, Job
from db.types import WORKING, Claim

LEASE_S: Final = 30.0
"""How long a chunk is held without a sign of life, seconds of the database's clock."""
FAR_S: Final = 600.0
"""No lease is longer: one that ends later was given before the database's clock went back, and counts no more."""
MAX_TRIES: Final = 3
"""Attempts without progress after which a chunk is split, or its job fails."""


def lease_guard() -> ColumnElement[bool]:
    """A chunk may be claimed when nobody holds it, or its holder's lease has run out (or ends too far from now)."""
    over = or_(Chunk.lease_until < db_time(), Chunk.lease_until > db_time(FAR_S))
    return or_(Chunk.state.in_(("pending", "queued")), and_(Chunk.state == "running", over))


def job_guard() -> ColumnElement[bool]:
    """A chunk may be claimed while its job is worked on: not cancelled, failed, done or waiting for its owner."""
    return exists(select(Job.id).where(Job.id == Chunk.job_id, Job.state.in_(WORKING)))


def fence(claim: Claim) -> ColumnElement[bool]:
    """The chunk is still this claim's: nobody claimed it since, finished it or cancelled it."""
    return and_(Chunk.attempt == claim.attempt, Chunk.state == "running")


def in_state(job: Job, *states: str) -> bool:
    """Whether a locked job is in the state that the writer expects."""
    return job.state in states


def may_go_on(job: Job) -> bool:
    """Whether nothing of a locked job was deleted, or is about to be."""
    return not job.emptied


def model_guard(model: str | None) -> ColumnElement[bool]:
    """Rows of a job that has verdicts are scored by the model of those verdicts only. None: whoever asks has none."""
    if model is None:
        return true()
    pinned = exists(select(Job.id).where(Job.id == Chunk.job_id, Job.model != model))
    return or_(Chunk.kind != "score", ~pinned)


def claim(db: Database, chunk_id: int, *, lease_s: float = LEASE_S, model: str | None = None) -> Claim | None:
    """Takes the chunk for `lease_s` seconds; None when it is held, finished, cancelled or used up: drop the message.

    Also None for a chunk of a job whose verdicts are of another model than `model`: see
    `db.queue.model_affinity.release_to_other_model`.
    """
    free = (Chunk.id == chunk_id, Chunk.tries < MAX_TRIES, lease_guard(), job_guard(), model_guard(model))
    with db.begin() as session:
        _start(session, chunk_id)
        row = session.execute(
            update(Chunk)
            .where(*free)
            .values(state="running", attempt=Chunk.attempt + 1, tries=Chunk.tries + 1, lease_until=db_time(lease_s))
            .returning(Chunk.id, Chunk.job_id, Chunk.kind, Chunk.queue, Chunk.attempt, Chunk.first_row, Chunk.last_row)
            .execution_options(synchronize_session=False)
        ).one_or_none()
        if row is None:
            session.rollback()
            return None
        return Claim(*row)


def _start(session: Session, chunk_id: int) -> None:
    """Notes that the job has begun and that its model is at work. Before the chunk: locks go in the order job, chunk.

    Written only where that is news, which is once a job: nobody else waits for its row.
    """
    job_id = select(Chunk.job_id).where(Chunk.id == chunk_id).scalar_subquery()
    news = or_(Job.started_at.is_(None), Job.model_refused_at.is_not(None))
    session.execute(
        update(Job)
        .where(Job.id == job_id, news)
        .values(started_at=func.coalesce(Job.started_at, db_time()), model_refused_at=None, version=Job.version + 1)
        .execution_options(synchronize_session=False)
    )


def extend(db: Database, claim: Claim, *, lease_s: float = LEASE_S) -> bool:
    """Holds the chunk for `lease_s` more seconds from now. False: lost to another or cancelled, stop working."""
    with db.begin() as session:
        return renew(session, claim, lease_s)


def holds(db: Database, claim: Claim) -> bool:
    """Whether the chunk is still this claim's, without writing. False: lost to another or cancelled, stop working."""
    with db.read() as session:
        return is_held(session, claim)


def renew(session: Session, claim: Claim, lease_s: float = LEASE_S) -> bool:
    """Extends the lease inside the caller's transaction; False when the claim is lost."""
    return update_claimed(session, claim, lease_until=db_time(lease_s))


def is_held(session: Session, claim: Claim) -> bool:
    """Whether the claim is not lost; under its job's lock it stays so until the transaction ends."""
    return session.scalar(select(Chunk.id).where(Chunk.id == claim.chunk_id, fence(claim))) is not None


def end_claim(session: Session, claim: Claim, state: str) -> bool:
    """Ends the claim by moving its chunk to `state`, inside the caller's transaction; False when the claim is lost."""
    return update_claimed(session, claim, state=state, lease_until=None)


def update_claimed(session: Session, claim: Claim, **values: object) -> bool:
    """Sets columns of the claimed chunk inside the caller's transaction; False when the claim is lost."""
    done = session.execute(
        update(Chunk)
        .where(Chunk.id == claim.chunk_id, fence(claim))
        .values(**values)
        .returning(Chunk.id)
        .execution_options(synchronize_session=False)
    )
    return done.one_or_none() is not None


def lock_job(session: Session, job_id: int) -> Job:
    """The job, locked against all other writers until the transaction ends."""
    return session.scalars(
        select(Job).where(Job.id == job_id).with_for_update().execution_options(populate_existing=True)
    ).one()
