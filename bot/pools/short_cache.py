"""Answers of the database that are kept for seconds, for what is asked before a member gets any answer at all.

Of many who ask for the same at once one asks the database. Of a database that hangs the last answer counts again for a
while: what was so a minute ago is better than no answer within Discord's three seconds. It costs whoever asks first
`OLD_PATIENCE_S`, or `patience_s` where there is no answer yet; whoever asks next does not wait for what hangs already.
"""

from __future__ import annotations

import asyncio
import contextvars
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Final, Generic, TypeVar

from bot.pools.fair_threads import asker

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

OLD_PATIENCE_S: Final = 0.25
"""So long the database has for a new answer, where an old one is there, seconds."""
HANGING_PATIENCE_S: Final = 0.05
"""And where it has not answered others for longer than they had patience."""
STALE_S: Final = 600.0
"""So long an old answer counts when the database does not give a new one, seconds."""


class ShortCache(Generic[K, V]):
    """Values by key for `life_s` seconds, at most `most` of them. Used from one event loop."""

    def __init__(self, *, life_s: float, patience_s: float, most: int = 10_000, shared: bool = False) -> None:
        """`shared`: many wait for one key, so that it is asked in nobody's turn: one member who sends hundreds of
        messages would have all others wait behind them."""
        self._life_s, self._patience_s, self._most, self._shared = life_s, patience_s, most, shared
        self._kept: OrderedDict[K, tuple[float, V]] = OrderedDict()
        self._loading: dict[K, asyncio.Task[V]] = {}
        self._began: dict[K, float] = {}
        self._sweep: asyncio.TimerHandle | None = None

    async def get(self, key: K, load: Callable[[], Awaitable[V]]) -> V:
        """The kept value, or that of `load()`. Raises TimeoutError, and what `load` raises, when none is kept."""
        kept = self._kept.get(key)
        if kept is not None and time.monotonic() - kept[0] < self._life_s:
            return kept[1]
        loading = self._loading.get(key)
        if loading is None:
            context = contextvars.copy_context()
            if self._shared:
                context.run(asker.set, None)
            work = self._load(key, load)
            loading = self._loading[key] = asyncio.create_task(work, name="reelfeel short cache", context=context)
            self._began[key] = time.monotonic()
            loading.add_done_callback(_seen)
        usable = kept is not None and time.monotonic() - kept[0] < STALE_S
        patience_s = min(self._patience_s, OLD_PATIENCE_S) if usable else self._patience_s
        if self._hangs(patience_s):
            patience_s = min(patience_s, HANGING_PATIENCE_S)
        try:
            async with asyncio.timeout(patience_s):
                return await asyncio.shield(loading)
        except Exception:
            if usable and kept is not None:
                return kept[1]
            raise

    def _hangs(self, patience_s: float) -> bool:
        """Whether the oldest question has waited for longer than this."""
        oldest = next(iter(self._began.values()), None)
        return oldest is not None and time.monotonic() - oldest > patience_s

    def forget(self, key: K) -> None:
        """It was changed here: the next one asks the database."""
        self._kept.pop(key, None)
        self._loading.pop(key, None)
        self._began.pop(key, None)

    def clear(self) -> None:
        """As `forget` of every key."""
        self._kept.clear()
        self._loading.clear()
        self._began.clear()

    async def _load(self, key: K, load: Callable[[], Awaitable[V]]) -> V:
        try:
            value = await load()
            if self._loading.get(key) is asyncio.current_task():  # not forgotten meanwhile
                self._kept[key] = (time.monotonic(), value)
                self._kept.move_to_end(key)
                while len(self._kept) > self._most:
                    self._kept.popitem(last=False)
                if self._sweep is None:
                    self._drop_old()
            return value
        finally:
            if self._loading.get(key) is asyncio.current_task():
                del self._loading[key]
                self._began.pop(key, None)

    def _drop_old(self) -> None:
        """What counts no more is not kept in memory either; comes again when the next one is so old."""
        self._sweep = None
        now = time.monotonic()
        while self._kept:
            left_s = next(iter(self._kept.values()))[0] + STALE_S - now
            if left_s > 0:
                self._sweep = asyncio.get_running_loop().call_later(left_s, self._drop_old)
                return
            self._kept.popitem(last=False)


def _seen(loading: asyncio.Task[V]) -> None:
    """Whoever waited was told, or has given up: asyncio need not log it."""
    if not loading.cancelled():
        loading.exception()
