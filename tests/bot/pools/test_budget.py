"""Many small ones at a time, few large ones, in their order; whoever gives up leaves no hole."""

from __future__ import annotations

import asyncio

import pytest

from bot.pools.budget import Budget

pytestmark = pytest.mark.usefixtures("virtual_time")


async def hold(budget: Budget, size: int, log: list[int], goes_on: asyncio.Event) -> None:
    async with budget.held(size):
        log.append(size)
        await goes_on.wait()


async def test_bytes_and_pieces_are_bounded() -> None:
    budget, log, goes_on = Budget(3, 100), list[int](), asyncio.Event()
    tasks = [asyncio.create_task(hold(budget, size, log, goes_on)) for size in (60, 30, 50, 1, 1, 500)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert log == [60, 30], "50 has no room, and the small ones behind it wait for their turn"
    tasks[2].cancel()
    await asyncio.sleep(0.01)
    assert log == [60, 30, 1]
    goes_on.set()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert log == [60, 30, 1, 1, 500], "one alone may be larger than all"
    assert not budget._held
    assert not budget._waiting
