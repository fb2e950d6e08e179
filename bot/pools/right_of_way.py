"""Right of way: while an interaction waits for its first answer, work that may wait does not begin.

Discord gives an interaction three seconds, and a message all the time it needs. The threads of SQL and the event loop
share one processor's worth of Python: a burst of messages that is taken in at once would stand before the answer to
each command among them.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from contextvars import ContextVar
from typing import Final

LONGEST_S: Final = 1.0
"""So long all else is held up at a time, and so long it then goes on whatever comes, seconds.

An answer that takes longer waits for something else than our processor: the database, or the network.
"""
PIECE: Final = 8
"""So many go on before the event loop looks for new interactions again."""

answering: ContextVar[int | None] = ContextVar("answering", default=None)
"""Id of the interaction that the running task answers; what stands before that answer is never held up."""


class RightOfWay:
    """The interactions that were read and not answered yet, and who waits for them. Used from one event loop."""

    def __init__(self) -> None:
        self._unanswered: dict[int, Callable[[], bool]] = {}
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._going_on = False
        """Whether those who waited longest are being let go: whoever comes now stands behind them."""
        self._listeners: list[Callable[[], None]] = []
        self._limit: asyncio.TimerHandle | None = None
        self._free_until = 0.0

    @property
    def taken(self) -> bool:
        """Whether an interaction waits for its first answer."""
        return bool(self._unanswered)

    def is_before_answer(self) -> bool:
        """Whether the running task answers one that waits: what it does stands before that answer."""
        own = answering.get()
        is_done = None if own is None else self._unanswered.get(own)
        if own is None or is_done is None:
            return False
        if is_done():
            self.answered(own)
            return False
        return True

    def read(self, interaction_id: int, is_done: Callable[[], bool]) -> None:
        """An interaction was read from the connection. `is_done`: whether its first answer was taken by Discord."""
        loop = asyncio.get_running_loop()
        if loop.time() < self._free_until:
            return
        if self._limit is None:
            self._limit = loop.call_later(LONGEST_S, self._give_way)
        self._unanswered[interaction_id] = is_done

    def answered(self, interaction_id: int) -> None:
        """Its first answer is on its way, or there will be none. May be said twice."""
        if self._unanswered.pop(interaction_id, None) is not None and not self._unanswered:
            self._free()

    def when_free(self, listener: Callable[[], None]) -> None:
        """Calls `listener` each time the last interaction was answered."""
        self._listeners.append(listener)

    async def wait(self) -> None:
        """Returns when no interaction waits, `LONGEST_S` at the latest; in the order in which they came."""
        if self.is_before_answer() or not (self.taken or self._waiting or self._going_on):
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        await turn

    def _give_way(self) -> None:
        self._limit = None
        self._free_until = asyncio.get_running_loop().time() + LONGEST_S
        self._unanswered.clear()
        self._free()

    def _free(self) -> None:
        for listener in self._listeners:
            listener()
        if not self._going_on:
            self._go_on()

    def _go_on(self) -> None:
        """The next few of those who wait; the others when the loop has looked for what came meanwhile."""
        self._going_on = bool(self._waiting) and not self._unanswered
        if not self._waiting and not self._unanswered and self._limit is not None:
            self._limit.cancel()  # not before: one interaction right after the other gives way as one that lasts
            self._limit = None
        if not self._going_on:
            return
        for _ in range(min(PIECE, len(self._waiting))):
            turn = self._waiting.popleft()
            if not turn.done():  # else given up meanwhile
                turn.set_result(None)
        asyncio.get_running_loop().call_soon(self._go_on)
