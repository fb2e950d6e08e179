"""The window of bulk chunks in flight: who is next, by owner first, then among an owner's jobs.

A place goes to the owner with the fewest chunks in flight, so five jobs of one user get what one job of another gets.
Where that is equal, owners take turns, also when there are more of them than places; one owner's jobs share their
owner's places, the one with the fewest rows done first.

What it costs does not depend on how many chunks wait: the jobs that are not ended, and as many chunks as are rung.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import Session

from db.clock import db_time
from db.dialect import insert_for
from db.tables import BotState, Chunk, Job
from db.types import WORKING

WINDOW: Final = 3
"""Bulk chunks in flight for each worker slot: one running, and the next ones already at hand."""
HANDED_BACK_S: Final = 1.0
"""A chunk that a worker with another model handed back is not rung again before so many seconds."""
TURN: Final = "sweep.turn"
"""Key of `bot_state`: the oldest waiting job of the owner who was served last."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A job with chunks to ring; `rows_done` of it so far."""

    job_id: int
    owner_id: int
    rows_done: int = 0


def next_in_window(session: Session, slots: int) -> list[int]:
    """Ids of pending bulk chunks that fill the window, in the order they are to be rung; remembers whose turn it is."""
    held = _in_flight(session)
    free = WINDOW * slots - sum(held.values())
    if free <= 0:
        return []
    jobs = [Waiting(*row) for row in session.execute(_waiting())]
    if not jobs:
        return []
    owners = dict(session.execute(select(Job.id, Job.owner_id).where(Job.id.in_(held))).all()) if held else {}
    busy: Counter[int] = Counter()
    for job_id, n in held.items():
        busy[owners[job_id]] += n
    after = int(session.scalar(select(BotState.value).where(BotState.key == TURN)) or 0)
    chosen, turn = share(jobs, held, busy, free, lambda job_id: _pending(session, job_id, free), after=after)
    if chosen and turn != after:
        insert = insert_for(session, BotState).values(key=TURN, value=str(turn))
        session.execute(insert.on_conflict_do_update(index_elements=["key"], set_={"value": str(turn)}))
    return chosen


def share(
    jobs: Iterable[Waiting],
    held: Counter[int],
    busy: Counter[int],
    free: int,
    pending: Callable[[int], Sequence[int]],
    *,
    after: int = 0,
) -> tuple[list[int], int]:
    """Up to `free` chunks in the order to ring them, and the turn to go on after.

    `held`: chunks in flight by job, `busy`: by owner; `pending(job)`: its next chunks, at least `free` or all;
    `after`: the turn that the last call returned.
    """
    mine: dict[int, list[tuple[int, int, int]]] = {}
    turns: dict[int, int] = {}
    for job in jobs:
        mine.setdefault(job.owner_id, []).append((held[job.job_id], job.rows_done, job.job_id))
        turns[job.owner_id] = min(job.job_id, turns.get(job.owner_id, job.job_id))
    for places in mine.values():
        heapq.heapify(places)
    heap = [(busy[owner], turns[owner] <= after, turns[owner], owner) for owner in mine]
    heapq.heapify(heap)
    left: dict[int, list[int]] = {}
    chosen: list[int] = []
    turn = after
    while heap and len(chosen) < free:
        n, behind, first, owner = heapq.heappop(heap)
        in_flight, rows_done, job_id = heapq.heappop(mine[owner])
        if job_id not in left:
            left[job_id] = list(pending(job_id))[::-1]
        if left[job_id]:
            chosen.append(left[job_id].pop())
            turn, n = first, n + 1
        if left[job_id]:
            heapq.heappush(mine[owner], (in_flight + 1, rows_done, job_id))
        if mine[owner]:
            heapq.heappush(heap, (n, behind, first, owner))
    return chosen, turn


def _in_flight(session: Session) -> Counter[int]:
    """Bulk chunks that are rung or running, by job."""
    states = (Chunk.state.in_(("queued", "running")), Chunk.queue == "bulk")
    return Counter(
        dict(session.execute(select(Chunk.job_id, func.count()).where(*states).group_by(Chunk.job_id)).all())
    )


def _waiting() -> Select[int, int, int]:
    """Jobs that are worked on and have a bulk chunk to ring."""
    some = exists().where(Chunk.job_id == Job.id, Chunk.state == "pending", Chunk.queue == "bulk")
    # The jobs that are not ended have an index of their own.
    alive = (Job.finished_at.is_(None), Job.kind == "file", Job.state.in_(WORKING))
    return select(Job.id, Job.owner_id, Job.rows_done).where(*alive, some)


def _pending(session: Session, job_id: int, limit: int) -> Sequence[int]:
    """The job's next chunks; rows that others hold are skipped: the sweep waits for nobody."""
    due = or_(Chunk.rung_at.is_(None), Chunk.rung_at < db_time(-HANDED_BACK_S))
    waiting = (Chunk.job_id == job_id, Chunk.state == "pending", Chunk.queue == "bulk", due)
    query = select(Chunk.id).where(*waiting).order_by(Chunk.id).limit(limit).with_for_update(skip_locked=True)
    return session.scalars(query).all()
