"""Askers in turn: one member's hundred calls do not stand before another's one."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.pools import right_of_way
from bot.pools.fair_threads import FairThreads, asker
from bot.pools.right_of_way import RightOfWay, answering
from common.errors import UserError

FLOODER, OTHER = 1, 2


@pytest.fixture
def way(monkeypatch: pytest.MonkeyPatch) -> RightOfWay:
    monkeypatch.setattr(right_of_way, "LONGEST_S", 3_600.0)
    return RightOfWay()


@pytest_asyncio.fixture
async def threads(way: RightOfWay) -> AsyncIterator[FairThreads]:
    built = FairThreads(2, of_one=1, waiting_of_one=5, name="test", way=way)
    yield built
    built.close()


def asked(threads: FairThreads, who: int | None, work: object, *args: object) -> asyncio.Task[object]:
    """A task that works for `who`."""

    async def run() -> object:
        asker.set(who)
        return await threads.run(work, *args)  # type: ignore[arg-type]

    return asyncio.create_task(run())


async def test_another_member_passes_those_who_wait_longer(threads: FairThreads) -> None:
    held, order = threading.Event(), list[str]()
    first = [asked(threads, FLOODER, held.wait, 20)]
    await asyncio.sleep(0)
    flood = [asked(threads, FLOODER, order.append, f"flood {n}") for n in range(4)]
    await asyncio.sleep(0)
    await asyncio.wait_for(asked(threads, OTHER, order.append, "other"), 10)
    assert order == ["other"], "of one member one runs at a time, so a thread is free"
    held.set()
    await asyncio.gather(*first, *flood)
    assert order[1:] == [f"flood {n}" for n in range(4)]


async def test_with_all_threads_taken_the_turns_go_round(threads: FairThreads) -> None:
    held, order = threading.Event(), list[int]()
    busy = [asked(threads, who, held.wait, 20) for who in (8, 9)]
    await asyncio.sleep(0)
    waiting = [asked(threads, who, order.append, who) for who in (FLOODER, FLOODER, FLOODER, OTHER, 3)]
    await asyncio.sleep(0)
    held.set()
    await asyncio.gather(*busy, *waiting)
    assert sorted(order[:3]) == [FLOODER, OTHER, 3], "each once before anybody twice"


async def test_beyond_a_number_that_waits_one_is_refused(threads: FairThreads) -> None:
    held = threading.Event()
    calls = [asked(threads, FLOODER, held.wait, 20) for _ in range(6)]
    await asyncio.sleep(0)
    with pytest.raises(UserError, match="a few seconds"):
        await asked(threads, FLOODER, held.wait, 20)
    held.set()
    await asyncio.gather(*calls)
    assert await asked(threads, FLOODER, lambda: 7) == 7


async def test_who_gives_up_leaves_a_thread_that_is_still_taken(threads: FairThreads) -> None:
    held = threading.Event()
    hanging = asked(threads, FLOODER, held.wait, 20)
    await asyncio.sleep(0)
    waiting = asked(threads, FLOODER, held.wait, 20)
    await asyncio.sleep(0)
    for one in (hanging, waiting):
        one.cancel()
        with pytest.raises(asyncio.CancelledError):
            await one
    assert threads._running[FLOODER] == 1
    held.set()
    assert await asyncio.wait_for(asked(threads, FLOODER, lambda: 7), 10) == 7


async def test_the_bots_own_work_leaves_a_thread_to_members(threads: FairThreads) -> None:
    held = threading.Event()
    own = [asked(threads, None, held.wait, 20) for _ in range(3)]
    await asyncio.sleep(0)
    assert await asyncio.wait_for(asked(threads, OTHER, lambda: 7), 10) == 7
    held.set()
    await asyncio.gather(*own)


async def test_while_an_interaction_waits_only_calls_before_its_answer_begin(
    threads: FairThreads, way: RightOfWay
) -> None:
    held, order = threading.Event(), list[str]()
    running = asked(threads, FLOODER, held.wait, 20)
    await asyncio.sleep(0)
    queued = asked(threads, FLOODER, order.append, "queued before")
    await asyncio.sleep(0)
    way.read(1, lambda: False)
    later = [asked(threads, who, order.append, "later") for who in (OTHER, None)]
    held.set()
    await running
    answering.set(1)
    for n in range(3):
        await asyncio.wait_for(asked(threads, OTHER, order.append, f"before the answer {n}"), 10)
    assert order == [f"before the answer {n}" for n in range(3)]
    way.answered(1)
    await asyncio.wait_for(asyncio.gather(queued, *later), 10)
    assert len(order) == 6


async def test_calls_before_an_answer_pass_those_that_wait_for_a_thread(threads: FairThreads, way: RightOfWay) -> None:
    held, order = threading.Event(), list[str]()
    busy = [asked(threads, who, held.wait, 20) for who in (8, 9)]
    await asyncio.sleep(0)
    others = [asked(threads, who, order.append, "other") for who in (OTHER, 3, 4)]
    await asyncio.sleep(0)
    way.read(1, lambda: False)
    answering.set(1)
    first = asked(threads, FLOODER, order.append, "first")
    await asyncio.sleep(0)
    held.set()
    await asyncio.wait_for(first, 10)
    assert order == ["first"]
    way.answered(1)
    await asyncio.wait_for(asyncio.gather(*busy, *others), 10)


async def test_askers_who_gave_up_while_all_were_held_up_stop_nobody(threads: FairThreads, way: RightOfWay) -> None:
    """Nothing runs then whose end would give turns again."""
    way.read(1, lambda: False)
    gone = [asked(threads, who, lambda: 0) for who in (FLOODER, 3)]
    await asyncio.sleep(0)
    held_up = asked(threads, OTHER, lambda: 7)
    await asyncio.sleep(0)
    for one in gone:
        one.cancel()
    await asyncio.gather(*gone, return_exceptions=True)
    way.answered(1)
    assert await asyncio.wait_for(held_up, 10) == 7
