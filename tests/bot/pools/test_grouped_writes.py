"""What waits is stored together, and a database that hangs holds nobody for long."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import pytest

from bot.pools.grouped_writes import GroupedWrites

pytestmark = pytest.mark.usefixtures("virtual_time")


async def test_what_waits_is_stored_together() -> None:
    groups: list[list[int]] = []
    goes_on = asyncio.Event()

    async def write(rows: Sequence[int]) -> None:
        groups.append(list(rows))
        await goes_on.wait()

    writes = GroupedWrites[int](write)
    waiting = [asyncio.create_task(writes.add(number, 5)) for number in range(5)]
    await asyncio.sleep(0.01)
    waiting += [asyncio.create_task(writes.add(number, 5)) for number in range(5, 9)]
    await asyncio.sleep(0.01)
    goes_on.set()
    assert await asyncio.gather(*waiting) == [True] * 9
    assert groups == [[0, 1, 2, 3, 4], [5, 6, 7, 8]]


async def test_nobody_waits_long_for_a_database_that_hangs_and_all_is_stored_at_last(
    virtual_time: Callable[[], float],
) -> None:
    stored: list[int] = []
    goes_on = asyncio.Event()

    async def write(rows: Sequence[int]) -> None:
        await goes_on.wait()
        stored.extend(rows)

    writes = GroupedWrites[int](write)
    assert not await writes.add(1, 0.05)
    began = virtual_time()
    assert [await writes.add(number, 0.05) for number in range(2, 40)] == [False] * 38
    assert virtual_time() - began < 0.06, "of all who come after the first one waits at most"
    goes_on.set()
    assert await writes.add(40, 5)
    assert stored == list(range(1, 41))


async def test_a_write_that_fails_is_told() -> None:
    async def write(_: Sequence[int]) -> None:
        raise OSError

    assert not await GroupedWrites[int](write).add(1, 5)


async def test_nobody_waits_for_a_write_that_was_cancelled() -> None:
    """As when the bot closes its threads with a write in their queue."""
    queued: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def write(_: Sequence[int]) -> None:
        await queued

    writes = GroupedWrites[int](write)
    waiting = [asyncio.create_task(writes.add(number, 3600)) for number in range(2)]
    await asyncio.sleep(0)
    late = asyncio.create_task(writes.add(2, 3600))
    await asyncio.sleep(0)
    queued.cancel()
    async with asyncio.timeout(10):
        assert await asyncio.gather(*waiting, late) == [False] * 3
