"""Fair threads: blocking calls beside the event loop, askers in turn, so that nobody's hundred delay another's one.

While an interaction waits for its first answer, only calls that stand before such an answer begin.

Each asker has a queue of their own and the threads go round them. Of one asker no more than a few calls run at a time:
on SQLite a thread that waits for the write lock is taken all the same, and one that waits for a database that hangs is
taken until it answers.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import ContextVar
from functools import partial
from typing import Final, ParamSpec, TypeAlias, TypeVar

from bot.pools.right_of_way import RightOfWay
from common.errors import UserError
from common.i18n import mark, tr

P = ParamSpec("P")
T = TypeVar("T")
Line: TypeAlias = "dict[int | None, deque[asyncio.Future[None]]]"
"""Who waits, by asker; whose turn is next comes first."""

TOO_FAST: Final = mark("You send more than I can answer at once. Wait a few seconds, then send it again.")

asker: ContextVar[int | None] = ContextVar("asker", default=None)
"""Id of the user for whom the running task works; None for the bot's own work."""


class FairThreads:
    """Threads that take the askers in turn. Used from one event loop."""

    def __init__(self, threads: int, *, of_one: int, waiting_of_one: int, name: str, way: RightOfWay) -> None:
        """`of_one`: most calls of one user that run at a time; `waiting_of_one`: most that wait before one is refused.

        The bot's own work (no asker) may take all threads but one. `way`: of the interactions of the same event loop.
        """
        self._way = way
        way.when_free(self._give_turns)
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._all, self._of_one, self._waiting_of_one = threads, of_one, waiting_of_one
        self._first: Line = {}
        """Those that stand before an answer."""
        self._waiting: Line = {}
        self._running: Counter[int | None] = Counter()

    async def run(self, fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Runs a blocking function for the asker of the running task, in its context. Raises UserError (too fast)."""
        who = asker.get()
        await self._turn(who)
        loop, context = asyncio.get_running_loop(), contextvars.copy_context()
        try:
            call = self._threads.submit(context.run, partial(fn, *args, **kwargs))
        except RuntimeError:
            self._free(who)
            raise
        # By the thread's own end: who gave up waiting leaves a thread behind that is still taken.
        call.add_done_callback(lambda _: _tell(loop, partial(self._free, who)))
        return await asyncio.wrap_future(call)

    def close(self) -> None:
        """Takes nothing more; what runs goes on."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _limit(self, who: int | None) -> int:
        return max(1, self._all - 1) if who is None else self._of_one

    async def _turn(self, who: int | None) -> None:
        before_answer = self._way.is_before_answer()
        passes = not self._first and (before_answer or not (self._waiting or self._way.taken))
        if passes and self._running.total() < self._all and self._running[who] < self._limit(who):
            self._running[who] += 1
            return
        mine = (self._first if before_answer else self._waiting).setdefault(who, deque())
        if who is not None and len(mine) >= self._waiting_of_one:
            raise UserError(tr(TOO_FAST))
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        mine.append(turn)
        self._give_turns()
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._free(who)
            raise

    def _give_turns(self) -> None:
        """Free threads go to those who wait: before an answer first, then to all others unless they are held up."""
        self._go_round(self._first)
        if not self._way.taken:
            self._go_round(self._waiting)

    def _go_round(self, line: Line) -> None:
        """One call each, in turn."""
        stuck = 0
        while line and stuck < len(line) and self._running.total() < self._all:
            who = next(iter(line))
            mine = line.pop(who)
            while mine and mine[0].done():  # given up meanwhile
                mine.popleft()
            if not mine:
                continue
            if self._running[who] < self._limit(who):
                self._running[who] += 1
                mine.popleft().set_result(None)
                stuck = 0
            else:
                stuck += 1
            if mine:
                line[who] = mine  # at the end: the others come first

    def _free(self, who: int | None) -> None:
        self._running[who] -= 1
        if not self._running[who]:
            del self._running[who]
        self._give_turns()


def _tell(loop: asyncio.AbstractEventLoop, what: Callable[[], None]) -> None:
    with suppress(RuntimeError):  # the loop has ended, and with it whoever waits
        loop.call_soon_threadsafe(what)
