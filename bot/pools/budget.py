"""A budget: what is held at one time, in pieces and in bytes. Many small files pass where two large ones fill it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Budget:
    """Lets holders in while there is room, in the order of asking. Used from one event loop."""

    def __init__(self, pieces: int, size: int) -> None:
        """`pieces`: holders at a time; `size`: bytes of all together. One alone may hold more."""
        self._pieces, self._size = pieces, size
        self._held: list[int] = []
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()

    @asynccontextmanager
    async def held(self, size: int) -> AsyncIterator[None]:
        """Holds so many bytes for the time of the block."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((size, turn))
        self._let_in()
        try:
            await turn
            yield
        finally:
            if turn.done() and not turn.cancelled():
                self._held.remove(size)
            self._let_in()

    def _let_in(self) -> None:
        while self._waiting:
            size, turn = self._waiting[0]
            if not turn.done():
                full = len(self._held) >= self._pieces or (self._held and sum(self._held) + size > self._size)
                if full:
                    return
                self._held.append(size)
                turn.set_result(None)
            self._waiting.popleft()
