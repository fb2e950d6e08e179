"""What is kept for seconds: one asks for many, and a database that hangs costs a bounded time."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

import pytest

from bot.pools import short_cache
from bot.pools.fair_threads import FairThreads, asker
from bot.pools.right_of_way import RightOfWay
from bot.pools.short_cache import ShortCache


class Source:
    """A slow database."""

    def __init__(self) -> None:
        self.asked, self.answers = 0, asyncio.Event()
        self.value = "old"

    async def load(self) -> str:
        self.asked += 1
        await self.answers.wait()
        return self.value


async def test_one_asks_for_all_and_then_nobody_for_a_while() -> None:
    cache, source = ShortCache[int, str](life_s=60, patience_s=10), Source()
    waiting = [asyncio.create_task(cache.get(1, source.load)) for _ in range(20)]
    await asyncio.sleep(0)
    source.answers.set()
    assert set(await asyncio.gather(*waiting)) == {"old"}
    assert await cache.get(1, source.load) == "old"
    assert source.asked == 1
    cache.forget(1)
    source.value = "new"
    assert await cache.get(1, source.load) == "new"


@pytest.mark.usefixtures("virtual_time")
async def test_a_hanging_database_costs_the_patience_and_the_last_answer_counts() -> None:
    cache, source = ShortCache[int, str](life_s=0, patience_s=0.01), Source()
    with pytest.raises(TimeoutError):
        await cache.get(1, source.load)
    source.answers.set()
    await asyncio.sleep(0.01)
    assert await cache.get(1, source.load) == "old"
    source.answers.clear()
    assert await cache.get(1, source.load) == "old"


async def test_it_holds_a_bounded_number() -> None:
    cache, source = ShortCache[int, str](life_s=60, patience_s=10, most=3), Source()
    source.answers.set()
    for key in range(10):
        await cache.get(key, source.load)
    assert len(cache._kept) == 3
    assert not cache._loading


@pytest.mark.usefixtures("virtual_time")
async def test_what_counts_no_more_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names of films and files do not lie in memory until many others come."""
    monkeypatch.setattr(short_cache, "STALE_S", 0.05)
    cache, source = ShortCache[int, str](life_s=60, patience_s=10), Source()
    source.answers.set()
    for key in range(3):
        await cache.get(key, source.load)
    assert len(cache._kept) == 3
    async with asyncio.timeout(20):
        while cache._kept:  # noqa: ASYNC110  nobody tells when it goes
            await asyncio.sleep(0.01)
    await cache.get(7, source.load)
    assert cache._sweep is not None, "and the next one goes too"


async def test_what_is_cleared_while_it_is_asked_is_not_kept() -> None:
    """Something was deleted while the database answered what was so before."""
    cache, source = ShortCache[int, str](life_s=60, patience_s=10), Source()
    asked = asyncio.create_task(cache.get(1, source.load))
    await asyncio.sleep(0)
    cache.clear()
    source.answers.set()
    assert await asked == "old"
    assert not cache._kept
    source.value = "new"
    assert await cache.get(1, source.load) == "new"


async def test_what_many_wait_for_is_asked_in_nobodys_turn() -> None:
    """A member whose hundreds of messages wait for their turn does not have all others wait for the rules."""
    threads = FairThreads(2, of_one=1, waiting_of_one=100, name="test", way=RightOfWay())
    hold = threading.Event()
    shared = ShortCache[str, str](life_s=60, patience_s=5, shared=True)
    own = ShortCache[str, str](life_s=60, patience_s=0.01)
    asker.set(7)
    flood = [asyncio.create_task(threads.run(hold.wait)) for _ in range(50)]
    try:
        await asyncio.sleep(0)
        assert await shared.get("rules", lambda: threads.run(str, "kept")) == "kept"
        with pytest.raises(TimeoutError):
            await own.get("mine", lambda: threads.run(str, "kept"))
        assert asker.get() == 7
    finally:
        hold.set()
        await asyncio.gather(*flood)
        threads.close()


async def test_whoever_asks_while_it_hangs_already_hardly_waits(virtual_time: Callable[[], float]) -> None:
    cache, source = ShortCache[int, str](life_s=0, patience_s=0.5), Source()
    source.answers.set()
    assert await cache.get(1, source.load) == "old"
    source.answers.clear()
    began = virtual_time()
    assert await cache.get(1, source.load) == "old"
    assert virtual_time() - began < 0.4, "an old answer is there: less patience than without one"
    await asyncio.sleep(0.3)
    began = virtual_time()
    for _ in range(3):
        assert await cache.get(1, source.load) == "old"
    for key in range(2, 8):
        with pytest.raises(TimeoutError):
            await cache.get(key, source.load)
    assert virtual_time() - began < 0.9
