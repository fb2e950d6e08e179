"""Who waits while an interaction has no answer, for how long, and in which order they go on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from bot.pools import right_of_way
from bot.pools.right_of_way import PIECE, RightOfWay, answering

FIRST, SECOND = 1, 2


@pytest.fixture(autouse=True)
def _no_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(right_of_way, "LONGEST_S", 3_600.0)


def not_yet() -> bool:
    return False


def waiting(way: RightOfWay, number: int, order: list[int]) -> list[asyncio.Task[None]]:
    """So many tasks that note their number when they go on."""

    async def one(mine: int) -> None:
        await way.wait()
        order.append(mine)

    return [asyncio.create_task(one(mine)) for mine in range(number)]


def goes_at_once(way: RightOfWay) -> bool:
    """Whether the running task does not wait."""
    coroutine = way.wait()
    try:
        coroutine.send(None)
    except StopIteration:
        return True
    coroutine.close()
    return False


async def rounds(number: int = 5) -> None:
    """The event loop goes round so often."""
    for _ in range(number):
        await asyncio.sleep(0)


async def test_nobody_waits_without_an_interaction() -> None:
    assert goes_at_once(RightOfWay())


async def test_all_wait_until_the_last_interaction_is_answered() -> None:
    way, order = RightOfWay(), list[int]()
    way.read(FIRST, not_yet)
    way.read(SECOND, not_yet)
    tasks = waiting(way, 3, order)
    await rounds()
    way.answered(FIRST)
    way.answered(FIRST)
    await rounds()
    assert order == []
    way.answered(SECOND)
    await asyncio.gather(*tasks)
    assert order == [0, 1, 2]


async def test_they_go_on_a_few_at_a_time_and_an_interaction_stops_them() -> None:
    way, order = RightOfWay(), list[int]()
    way.read(FIRST, not_yet)
    tasks = waiting(way, 3 * PIECE, order)
    await rounds()
    way.answered(FIRST)
    way.read(SECOND, not_yet)
    late = waiting(way, 1, [])
    await rounds()
    assert len(order) == PIECE
    way.answered(SECOND)
    await asyncio.gather(*tasks, *late)
    assert order == list(range(3 * PIECE))


async def test_who_comes_while_others_wait_stands_behind_them() -> None:
    way, order = RightOfWay(), list[int]()
    way.read(FIRST, not_yet)
    tasks = waiting(way, 2 * PIECE, order)
    await rounds()
    way.answered(FIRST)
    tasks += waiting(way, 1, order)
    await asyncio.gather(*tasks)
    assert order == [*range(2 * PIECE), 0]
    assert goes_at_once(way)


async def test_who_answers_the_interaction_passes_until_it_is_answered() -> None:
    way, done = RightOfWay(), list[bool]()
    way.read(FIRST, lambda: bool(done))

    async def answer() -> None:
        answering.set(FIRST)
        assert way.is_before_answer()
        assert goes_at_once(way)
        assert way.taken
        done.append(True)
        assert not way.is_before_answer()

    await asyncio.create_task(answer())
    assert not way.taken, "whoever answered it asked again"


async def test_an_answer_that_never_comes_holds_nobody_for_good(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(right_of_way, "LONGEST_S", 0.0)
    way, order = RightOfWay(), list[int]()
    way.read(FIRST, not_yet)
    await asyncio.wait_for(asyncio.gather(*waiting(way, 1, order)), 10)
    assert order == [0]


async def test_after_the_longest_time_the_way_stays_free_for_as_long() -> None:
    """Who sends one interaction after the other that nobody answers holds others up for half of the time at most."""
    way, order = RightOfWay(), list[int]()
    way.read(FIRST, not_yet)
    tasks = waiting(way, 1, order)
    await rounds()
    way._give_way()
    way.read(SECOND, not_yet)
    assert not way.taken
    await asyncio.gather(*tasks)
    way._free_until = 0.0
    way.read(SECOND, not_yet)
    assert way.taken


async def test_one_interaction_right_after_the_other_holds_nobody_up_for_longer(
    virtual_time: Callable[[], float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between two of them only a few of those who wait would go on."""
    monkeypatch.setattr(right_of_way, "LONGEST_S", 1.0)
    way, order, began = RightOfWay(), list[int](), virtual_time()
    way.read(0, not_yet)
    tasks = waiting(way, 10 * PIECE, order)

    async def next_ones() -> None:
        for number in range(20):
            await asyncio.sleep(0.3)
            way.answered(number)
            way.read(number + 1, not_yet)

    others = asyncio.create_task(next_ones())
    await asyncio.gather(*tasks)
    assert virtual_time() - began <= 1.0
    await others


async def test_who_gives_up_waiting_stops_nobody() -> None:
    way, order = RightOfWay(), list[int]()
    way.read(FIRST, not_yet)
    tasks = waiting(way, 3, order)
    await rounds()
    tasks[0].cancel()
    await rounds()
    way.answered(FIRST)
    await asyncio.gather(*tasks[1:])
    assert order == [1, 2]
