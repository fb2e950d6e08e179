"""Interactive order: whose single review is scored next, when several people wait.

A wake-up on the queue of single reviews says that one waits, not which: the worker asks here. The next is the
oldest one of the person for whom workers have worked least within the last minute, by time and not by count, so that
somebody's fifteen long reviews do not make another's short one wait for more than the one at work.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.clock import db_time
from db.engine import Database
from db.queue import leases
from db.tables import Chunk, Job
from db.types import WORKING

WINDOW_S: Final = 60.0
"""So far back time spent on somebody's reviews counts."""
LONGEST_S: Final = 3600.0
"""A review accepted longer ago has had its share forgotten."""
MOST: Final = 1_000
"""Waiting reviews that are looked at; the oldest, so nobody is passed over for ever."""


def next_interactive(db: Database) -> int | None:
    """The chunk to claim next; None when no single review waits. Another worker may claim it first: then ask again."""
    with db.read() as session:
        waiting = _waiting(session)
        if not waiting:
            return None
        owners = {owner for _, owner in waiting}
        if len(owners) == 1:
            return waiting[0][0]
        spent = _spent(session, owners)
    return min(waiting, key=lambda one: (spent[one[1]], one[0]))[0]


def _waiting(session: Session) -> list[tuple[int, int]]:
    """(chunk, owner), the oldest first."""
    query = select(Chunk.id, Job.owner_id).join(Job, Job.id == Chunk.job_id)
    free = (Chunk.queue == "interactive", Chunk.state.in_(("pending", "queued")), Chunk.tries < leases.MAX_TRIES)
    rows = session.execute(query.where(*free, Job.state.in_(WORKING)).order_by(Chunk.id).limit(MOST))
    return [(chunk, owner) for chunk, owner in rows]


def _spent(session: Session, owners: set[int]) -> dict[int, float]:
    """Seconds of work on each owner's single reviews within the window; what is at work counts up to now."""
    now = session.scalar(select(db_time()))
    assert now is not None
    ended = func.coalesce(Job.finished_at, db_time())
    of_them = (Job.owner_id.in_(owners), Job.created_at > db_time(-LONGEST_S), Job.kind == "message")
    recent = (Job.started_at.is_not(None), ended > db_time(-WINDOW_S))
    rows: Sequence[tuple[int, object, object]] = [
        (owner, began, end)
        for owner, began, end in session.execute(
            select(Job.owner_id, Job.started_at, Job.finished_at).where(*of_them, *recent)
        )
    ]
    spent: dict[int, float] = defaultdict(float)
    for owner, began, end in rows:
        spent[owner] += max(0.0, ((end or now) - began).total_seconds())  # type: ignore[operator]
    return spent
