"""Heavy work: reports, exports, zips, searches for words, files. Never in the way of what takes milliseconds.

One at a time of each member and few in all, in lanes of their own. Whoever used much time within the last minutes waits
first: a member gets `BURST_S` seconds at once, and after that a fifth of the time.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from contextvars import copy_context
from dataclasses import dataclass, replace
from functools import partial
from typing import Concatenate, Final, ParamSpec, TypeVar

from bot.pools.children import Children
from common.errors import UserError
from common.i18n import duration, mark, tr
from db.engine import Database

P = ParamSpec("P")
T = TypeVar("T")

BURST_S: Final = 20.0
"""Seconds of heavy work that a member may ask for at once."""
SHARE: Final = 0.2
"""Of the time, after that."""
MAY_WAIT: Final = 1
"""Of one member beside the one at work; a second press is no flood."""
MOST_WAITING: Final = 20
"""Members that wait for one lane."""
LEAST_S: Final = 1.0
"""Shortest time that a sentence names."""

STILL_BUSY: Final = mark("I am still working on what you asked for before. Ask again in about {time}.")
USED_UP: Final = mark("You asked for a lot within a few minutes. Ask again in {time}.")
FULL: Final = mark("Many others are waiting for files and reports just now. Ask again in about {time}.")


@dataclass(frozen=True, slots=True)
class Lane:
    """A kind of heavy work; `places`: how many run at a time. `counted`: its time is spent of a member's share."""

    name: str
    places: int = 2
    counted: bool = True


MAKING: Final = Lane("making")
"""Reports, exports and zips: processor time, in children; as many places as there are children."""
SEARCHING: Final = Lane("searching")
"""Searches for words: time of the database, in threads."""
DOWNLOADS: Final = Lane("downloads")
"""Files that members ask for: on disk, so many at a time, from their making to their last byte at Discord."""
SENDING: Final = Lane("sending", counted=False)
"""Files of jobs that the bot delivers by itself, as above: no member's work stands in this lane."""
LANES: Final = (MAKING, SEARCHING, DOWNLOADS, SENDING)


class Spent:
    """Seconds of heavy work by member, of which a fifth of the time that passes is forgiven."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._spent: dict[int, tuple[float, float]] = {}

    def add(self, user_id: int, seconds: float) -> None:
        """The member used so many."""
        now = self._clock()
        if len(self._spent) > 1000:
            self._spent = {one: kept for one, kept in self._spent.items() if self._left(one, now) > 0}
        self._spent[user_id] = (self._left(user_id, now) + seconds, now)

    def wait_s(self, user_id: int) -> float:
        """Seconds until the member may ask again; 0: now."""
        return max(0.0, (self._left(user_id, self._clock()) - BURST_S) / SHARE)

    def _left(self, user_id: int, now: float) -> float:
        spent, at = self._spent.get(user_id, (0.0, now))
        return max(0.0, spent - SHARE * (now - at))


class _Queue:
    """One lane at work: its places, its threads, who is in it, and how long one takes."""

    def __init__(self, lane: Lane) -> None:
        self.lane = lane
        self.places = asyncio.Semaphore(lane.places)
        self.threads = ThreadPoolExecutor(lane.places, thread_name_prefix=lane.name)
        self.inside: Counter[int] = Counter()
        self.own: dict[int, asyncio.Lock] = {}
        self.usual_s = LEAST_S


class Turn:
    """A place that is held, and the seconds that its holder spent in another lane or waiting for one."""

    def __init__(self, heavy: HeavyWork, user_id: int | None) -> None:
        self._heavy, self._user_id = heavy, user_id
        self.elsewhere_s = 0.0

    @asynccontextmanager
    async def within(self, lane: Lane) -> AsyncIterator[None]:
        """A place of another lane too, as part of the same work: not refused, and its time is counted there alone."""
        began = time.monotonic()
        try:
            async with self._heavy.turn(lane, self._user_id, goes_on=True):
                yield
        finally:
            self.elsewhere_s += time.monotonic() - began


class HeavyWork:
    """The lanes of one bot. Used from one event loop."""

    def __init__(
        self, processes: int, db: Database, *, url: str, text_keys: Sequence[str], lanes: Sequence[Lane] = LANES
    ) -> None:
        """As `Children`; with `processes` there is one more for the bot's own work."""
        self._children = Children(processes, db, url=url, text_keys=text_keys)
        self._own_child = Children(min(1, processes), db, url=url, text_keys=text_keys)
        sized = (replace(lane, places=processes) if lane == MAKING and processes else lane for lane in lanes)
        self._queues = {lane.name: _Queue(lane) for lane in sized}
        self._spent = Spent()

    @asynccontextmanager
    async def turn(self, lane: Lane, user_id: int | None, *, goes_on: bool = False) -> AsyncIterator[Turn]:
        """Holds a place of the lane, waiting for it. Raises UserError, saying when to ask again, for who asks too much.

        `user_id`: None for the bot's own work, which is never refused. `goes_on`: nor is the rest of what was begun.
        """
        queue, turn = self._queues[lane.name], Turn(self, user_id)
        if user_id is None:
            async with queue.places:
                yield turn
            return
        if not goes_on:
            self._check(queue, user_id)
        queue.inside[user_id] += 1
        own = queue.own.setdefault(user_id, asyncio.Lock())
        try:
            async with own, queue.places:
                began = time.monotonic()
                try:
                    yield turn
                finally:
                    self._note(queue, user_id, time.monotonic() - began, elsewhere_s=turn.elsewhere_s)
        finally:
            queue.inside[user_id] -= 1
            if not queue.inside[user_id]:
                del queue.inside[user_id], queue.own[user_id]

    async def in_child(self, fn: Callable[Concatenate[Database, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """As `Children.run`; for who holds a place of `MAKING`."""
        return await self._children.run(fn, *args, **kwargs)

    async def in_own_child(self, fn: Callable[Concatenate[Database, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The same for the bot's own work: it waits for no member's."""
        return await self._own_child.run(fn, *args, **kwargs)

    async def in_thread(self, lane: Lane, fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """A blocking function in a thread of the lane; for who holds a place of it."""
        call = self._queues[lane.name].threads.submit(copy_context().run, partial(fn, *args, **kwargs))
        return await asyncio.wrap_future(call)

    def close(self) -> None:
        """Ends the children; threads end with what they do."""
        self._children.close()
        self._own_child.close()
        for queue in self._queues.values():
            queue.threads.shutdown(wait=False, cancel_futures=True)

    def _check(self, queue: _Queue, user_id: int) -> None:
        lane = queue.lane
        if queue.inside[user_id] > MAY_WAIT:
            raise UserError(tr(STILL_BUSY, time=_words(queue.usual_s)))
        wait_s = self._spent.wait_s(user_id) if lane.counted else 0.0
        if wait_s > 0:
            raise UserError(tr(USED_UP, time=_words(wait_s)))
        if user_id not in queue.inside and len(queue.inside) >= MOST_WAITING + lane.places:
            raise UserError(tr(FULL, time=_words(queue.usual_s * len(queue.inside) / lane.places)))

    def _note(self, queue: _Queue, user_id: int, seconds: float, *, elsewhere_s: float) -> None:
        queue.usual_s += (seconds - queue.usual_s) / 4
        if queue.lane.counted:
            self._spent.add(user_id, max(0.0, seconds - elsewhere_s))


def _words(seconds: float) -> str:
    return duration(max(LEAST_S, seconds))
