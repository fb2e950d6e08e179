"""Grouped writes: what many have to store at one moment goes in one transaction, and nobody waits for it for long.

With a write of its own for each of a hundred commands they would wait for the disk a hundred times, in a row.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")


class GroupedWrites(Generic[T]):
    """Stores what it is given, all that waits at once. Used from one event loop."""

    def __init__(self, write: Callable[[Sequence[T]], Awaitable[None]]) -> None:
        """`write`: stores them, in one transaction."""
        self._write = write
        self._waiting: list[tuple[T, asyncio.Future[bool]]] = []
        self._task: asyncio.Task[None] | None = None
        self._began = 0.0
        self._at_work = 0

    @property
    def unstored(self) -> int:
        """How many are not stored yet, those included for which nobody waits any more."""
        return self._at_work + len(self._waiting)

    async def add(self, one: T, patience_s: float) -> bool:
        """Whether it is stored by now; after `patience_s` it is still going to be.

        A write that has taken longer than that already is one of a database that hangs: nobody waits for it.
        """
        stored: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((one, stored))
        if self._task is None:
            self._began = time.monotonic()
            self._task = asyncio.create_task(self._run(), name="reelfeel grouped writes")
        elif time.monotonic() - self._began > patience_s:
            return False
        try:
            async with asyncio.timeout(patience_s):
                return await asyncio.shield(stored)
        except TimeoutError:
            return False

    async def _run(self) -> None:
        group: list[tuple[T, asyncio.Future[bool]]] = []
        try:
            while self._waiting:
                group, self._waiting = self._waiting, []
                self._began, self._at_work = time.monotonic(), len(group)
                done = True
                try:
                    await self._write([one for one, _ in group])
                except Exception:  # a database that is away: those who wait go on without it
                    done = False
                _answer(group, stored=done)
        finally:
            self._task, self._at_work = None, 0
            # The threads were closed under it: nobody waits for what will not be written.
            left, self._waiting = [*group, *self._waiting], []
            _answer(left, stored=False)


def _answer(group: Sequence[tuple[T, asyncio.Future[bool]]], *, stored: bool) -> None:
    for _, waiting in group:
        if not waiting.done():
            waiting.set_result(stored)
