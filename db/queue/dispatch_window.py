"""Dispatch window: which bulk chunks are published next, by owner first, then among an owner's jobs.

A place goes to the owner who was given the fewest rows so far among those who have something waiting (fair queuing by
start times, Goyal, Vin & Cheng 1996), whatever the size of the chunks: five jobs of one user get what one job of
another gets, and there may be more owners than places. Who comes, or comes back, starts level with the one who was
given least, and with what that one has still in flight before them: nobody is repaid for the time they were away. One
owner's jobs share their owner's places, the one with the fewest chunks in flight and rows done first.

What it costs does not depend on how many chunks wait: the jobs that are not ended, and as many chunks as are published.
"""

from __future__ import annotations

import heapq
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Select, case, exists, func, or_, select
from sqlalchemy.orm import Session

from db.clock import db_time
from db.dialect import insert_for
from db.tables import BotState, Chunk, Job
from db.types import WORKING

WINDOW: Final = 3
"""Bulk chunks in flight for each worker slot: one running, and the next ones already at hand."""
HANDED_BACK_S: Final = 1.0
"""A chunk that a worker with another model handed back is not published again before so many seconds."""
LEAST_COST: Final = 100
"""Rows that a chunk counts for at least; reading a file and writing it have none."""
GIVEN: Final = "sweep.given"
"""Key of `bot_state`: rows given to the owner of each job that waits, above the owner given least. It names nobody."""


@dataclass(frozen=True, slots=True)
class WaitingJob:
    """A job with chunks to publish; `rows_done` of it so far."""

    job_id: int
    owner_id: int
    rows_done: int = 0


@dataclass(frozen=True, slots=True)
class InFlight:
    """What is published or running: chunks by job, cost (rows) by owner."""

    chunks: Counter[int]
    cost: Counter[int]


def next_in_window(session: Session, slots: int) -> list[int]:
    """Ids of pending bulk chunks that fill the window, in the order to publish; remembers who was given what.

    Two processes that do this at the same moment may forget what one of them gave: a chunk, and nobody's in particular.
    """
    flying = _in_flight(session)
    free = WINDOW * slots - sum(flying.chunks.values())
    if free <= 0:
        return []
    jobs = [WaitingJob(*row) for row in session.execute(_waiting())]
    if not jobs:
        return []
    stored = session.scalar(select(BotState.value).where(BotState.key == GIVEN))
    before = {int(job): int(rows) for job, rows in json.loads(stored or "{}").items()}
    given = start_tags(before, jobs, flying.cost)
    chosen = pick_chunks(jobs, flying.chunks, given, free, lambda job_id: _pending(session, job_id, free))
    least = min(given.values())
    after = {job.job_id: given[job.owner_id] - least for job in jobs}
    if after != before:
        value = json.dumps(after)
        insert = insert_for(session, BotState).values(key=GIVEN, value=value)
        session.execute(insert.on_conflict_do_update(index_elements=["key"], set_={"value": value}))
    return chosen


def start_tags(before: Mapping[int, int], jobs: Iterable[WaitingJob], in_flight: Mapping[int, int]) -> dict[int, int]:
    """Rows given to each owner of a job that waits; owners of none are left out.

    `before`: as it was, by job; `in_flight`: rows of each owner that were given, and are not done.
    """
    given: dict[int, int] = {}
    owners: set[int] = set()
    for job in jobs:
        owners.add(job.owner_id)
        if job.job_id in before:
            given[job.owner_id] = max(before[job.job_id], given.get(job.owner_id, 0))
    start = min((rows - in_flight.get(owner, 0) for owner, rows in given.items()), default=0)
    return {owner: given.get(owner, start) for owner in sorted(owners)}


def pick_chunks(
    jobs: Iterable[WaitingJob],
    held: Counter[int],
    given: dict[int, int],
    free: int,
    pending: Callable[[int], Sequence[tuple[int, int]]],
) -> list[int]:
    """Up to `free` chunks in the order in which to publish them; their rows are added to `given`.

    `held`: chunks in flight by job; `given`: rows by owner; `pending(job)`: its next chunks as (id, rows), at least
    `free` or all.
    """
    mine: dict[int, list[tuple[int, int, int]]] = {}
    first: dict[int, int] = {}
    for job in jobs:
        mine.setdefault(job.owner_id, []).append((held[job.job_id], job.rows_done, job.job_id))
        first[job.owner_id] = min(job.job_id, first.get(job.owner_id, job.job_id))
    for places in mine.values():
        heapq.heapify(places)
    heap = [(given[owner], first[owner], owner) for owner in mine]
    heapq.heapify(heap)
    left: dict[int, list[tuple[int, int]]] = {}
    chosen: list[int] = []
    while heap and len(chosen) < free:
        _, oldest, owner = heapq.heappop(heap)
        in_flight, rows_done, job_id = heapq.heappop(mine[owner])
        if job_id not in left:
            left[job_id] = list(pending(job_id))[::-1]
        if left[job_id]:
            chunk, rows = left[job_id].pop()
            chosen.append(chunk)
            given[owner] += max(rows, LEAST_COST)
        if left[job_id]:
            heapq.heappush(mine[owner], (in_flight + 1, rows_done, job_id))
        if mine[owner]:
            heapq.heappush(heap, (given[owner], oldest, owner))
    return chosen


def _in_flight(session: Session) -> InFlight:
    cost = func.sum(case((Chunk.rows > LEAST_COST, Chunk.rows), else_=LEAST_COST))
    query = select(Chunk.job_id, Job.owner_id, func.count(), cost).join(Job, Job.id == Chunk.job_id)
    states = (Chunk.state.in_(("queued", "running")), Chunk.queue == "bulk")
    chunks: Counter[int] = Counter()
    by_owner: Counter[int] = Counter()
    for job_id, owner_id, n, rows in session.execute(query.where(*states).group_by(Chunk.job_id, Job.owner_id)):
        chunks[job_id] = n
        by_owner[owner_id] += int(rows)
    return InFlight(chunks, by_owner)


def _waiting() -> Select[int, int, int]:
    """Jobs that are worked on and have a bulk chunk to publish."""
    some = exists().where(Chunk.job_id == Job.id, Chunk.state == "pending", Chunk.queue == "bulk")
    # The jobs that are not ended have an index of their own.
    alive = (Job.finished_at.is_(None), Job.kind == "file", Job.state.in_(WORKING))
    return select(Job.id, Job.owner_id, Job.rows_done).where(*alive, some)


def _pending(session: Session, job_id: int, limit: int) -> Sequence[tuple[int, int]]:
    """The job's next chunks with their rows; rows that others hold are skipped: the sweep waits for nobody."""
    due = or_(Chunk.rung_at.is_(None), Chunk.rung_at < db_time(-HANDED_BACK_S))
    waiting = (Chunk.job_id == job_id, Chunk.state == "pending", Chunk.queue == "bulk", due)
    query = select(Chunk.id, Chunk.rows).where(*waiting).order_by(Chunk.id).limit(limit)
    return [(chunk, rows) for chunk, rows in session.execute(query.with_for_update(skip_locked=True))]
