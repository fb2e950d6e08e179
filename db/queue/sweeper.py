"""The sweep: publishes again whatever was accepted and is not done.

It runs on a timer and after every finished chunk, one at a time. Bulk chunks wait as 'pending' and only a window of
them is published (`db.queue.dispatch_window`): owners share the workers equally, the broker stays small and a cancel is
instant.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import ColumnElement, and_, case, func, or_, select, update
from sqlalchemy.orm import Session

from db.clock import db_time
from db.dialect import exclusive
from db.engine import Database
from db.queue import leases
from db.queue.dispatch_window import next_in_window
from db.queue.failures import give_up_expired
from db.tables import Chunk
from db.types import QueueHealth, WakeUp

SWEEP_LOCK: Final = 0x5EE1_5EE9
"""PostgreSQL advisory lock of the one sweep that runs."""
MOST: Final = 1_000
"""Chunks of one sort that one sweep takes up; the next sweep takes the next."""
RESEND_S: Final = {"interactive": 5.0, "bulk": 15.0}
"""Seconds after which a published chunk that nobody claimed is published again; twice that after the second time, then
four times, so that a queue without workers does not fill the broker."""


def sweep(db: Database, *, slots: int) -> list[WakeUp]:
    """The chunks to publish now; `slots` is how many bulk chunks all workers together run at once.

    Empty at once when another sweep runs. Chunks whose holder died are freed, and given up after 3 attempts.
    """
    for job_id, chunk_id in _used_up(db):
        give_up_expired(db, job_id, chunk_id)
    with db.begin() as session:
        if not exclusive(session, SWEEP_LOCK):
            return []
        _free_expired(session)
        chosen = _unanswered(session) + _waiting_interactive(session) + next_in_window(session, slots)
        return _mark_published(session, chosen)


def _used_up(db: Database) -> Sequence[tuple[int, int]]:
    dead = (Chunk.state == "running", Chunk.tries >= leases.MAX_TRIES, leases.lease_guard(), leases.job_guard())
    with db.read() as session:
        return session.execute(select(Chunk.job_id, Chunk.id).where(*dead).order_by(Chunk.id)).all()


def _free_expired(session: Session) -> None:
    """Chunks whose holder's lease ran out wait again. Rows that others hold are skipped: the sweep waits for nobody."""
    expired = (
        select(Chunk.id)
        .where(Chunk.state == "running", Chunk.tries < leases.MAX_TRIES, leases.lease_guard(), leases.job_guard())
        .limit(MOST)
        .with_for_update(skip_locked=True)
    )
    ids = session.scalars(expired).all()
    if ids:
        session.execute(
            update(Chunk)
            .where(Chunk.id.in_(ids))
            .values(state="pending", lease_until=None, queued_at=None, rung_at=None, rings=0)
            .execution_options(synchronize_session=False)
        )


def _unanswered(session: Session) -> list[int]:
    """Chunks published some time ago and still not claimed."""
    query = select(Chunk.id).where(Chunk.state == "queued", or_(*map(_overdue, RESEND_S)), leases.job_guard())
    return list(session.scalars(query.order_by(Chunk.id).limit(MOST).with_for_update(skip_locked=True)))


def _overdue(queue: str) -> ColumnElement[bool]:
    wait = RESEND_S[queue]
    since = case((Chunk.rings <= 1, db_time(-wait)), (Chunk.rings == 2, db_time(-2 * wait)), else_=db_time(-4 * wait))
    ahead = Chunk.rung_at > db_time(1.0)  # the database's clock went back: nobody knows how long ago that was
    return and_(Chunk.queue == queue, or_(Chunk.rung_at < since, ahead))


def _waiting_interactive(session: Session) -> list[int]:
    query = select(Chunk.id).where(Chunk.state == "pending", Chunk.queue == "interactive", leases.job_guard())
    return list(session.scalars(query.order_by(Chunk.id).limit(MOST).with_for_update(skip_locked=True)))


def _mark_published(session: Session, ids: list[int]) -> list[WakeUp]:
    """Marks the chunks as published and returns them in the given order."""
    if not ids:
        return []
    rows = session.execute(
        update(Chunk)
        .where(Chunk.id.in_(ids), Chunk.state.in_(("pending", "queued")))
        .values(
            state="queued",
            queued_at=func.coalesce(Chunk.queued_at, db_time()),
            rung_at=db_time(),
            rings=Chunk.rings + 1,
        )
        .returning(Chunk.id, Chunk.kind, Chunk.queue)
        .execution_options(synchronize_session=False)
    )
    wake_ups = {id_: WakeUp(id_, kind, queue) for id_, kind, queue in rows}
    return [wake_ups[id_] for id_ in ids if id_ in wake_ups]


def claimable(db: Database, job_id: int | None = None) -> list[int]:
    """Every chunk that may be claimed and nobody holds, published or not; interactive ones first. Of one job, if so."""
    query = select(Chunk.id).where(Chunk.state.in_(("pending", "queued")), leases.job_guard())
    if job_id is not None:
        query = query.where(Chunk.job_id == job_id)
    with db.read() as session:
        return list(session.scalars(query.order_by(Chunk.queue.desc(), Chunk.id)))


def running_chunks(db: Database) -> int:
    """How many chunks are held by workers now."""
    with db.read() as session:
        return session.scalar(select(func.count()).where(Chunk.state == "running")) or 0


def queue_health(db: Database) -> QueueHealth:
    """How long the queue is, and how long the oldest published chunk has waited for a worker."""
    # No look at the jobs: a job that ends or stops takes its open chunks with it.
    counts = select(Chunk.state, Chunk.queue, func.count()).where(Chunk.state.in_(("pending", "queued", "running")))
    published = select(func.min(Chunk.queued_at)).where(Chunk.state == "queued")
    unpublished = select(func.min(func.coalesce(Chunk.queued_at, Chunk.created_at))).where(Chunk.state == "pending")
    with db.read() as session:
        now = session.scalar(select(db_time()))
        rows = session.execute(counts.group_by(Chunk.state, Chunk.queue)).all()
        # Bulk chunks outside of the window wait by design; they are a sign only when nothing at all is in flight.
        idle = all(state == "pending" for state, _, _ in rows)
        signs = [published, unpublished if idle else unpublished.where(Chunk.queue == "interactive")]
        oldest = [since for since in map(session.scalar, signs) if since is not None]
    waiting = {"interactive": 0, "bulk": 0}
    for state, queue, n in rows:
        waiting[queue] += n if state != "running" else 0
    running = sum(n for state, _, n in rows if state == "running")
    assert now is not None
    age = (now - min(oldest)).total_seconds() if oldest else None
    return QueueHealth(age, waiting["interactive"], waiting["bulk"], running)
