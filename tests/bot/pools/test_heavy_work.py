"""Heavy work: one at a time of each member, few in all, and who asks too much is told when to come again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace

import pytest
import pytest_asyncio

from bot.pools import heavy_work
from bot.pools.heavy_work import BURST_S, DOWNLOADS, MAKING, SEARCHING, SHARE, HeavyWork, Spent
from common.errors import UserError
from db.engine import Database

FLOODER, OTHER, THIRD = 1, 2, 3


@pytest_asyncio.fixture
async def heavy(sqlite_db: Database, sqlite_url: str) -> AsyncIterator[HeavyWork]:
    built = HeavyWork(0, sqlite_db, url=sqlite_url, text_keys=())
    yield built
    built.close()


class Turns:
    """Members in a lane, and who is inside."""

    def __init__(self, heavy: HeavyWork) -> None:
        self._heavy, self.inside, self.go = heavy, list[int | None](), asyncio.Event()

    def begin(self, who: int | None) -> asyncio.Task[None]:
        async def take() -> None:
            async with self._heavy.turn(MAKING, who):
                self.inside.append(who)
                await self.go.wait()

        return asyncio.create_task(take())


async def step() -> None:
    """Lets everybody go as far as they can."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_of_24_presses_one_is_at_work_one_waits_and_22_are_told(heavy: HeavyWork) -> None:
    turns = Turns(heavy)
    presses = [turns.begin(FLOODER) for _ in range(24)]
    await step()
    assert turns.inside == [FLOODER]
    other = turns.begin(OTHER)
    await step()
    assert turns.inside == [FLOODER, OTHER], "the second place is another's"
    turns.go.set()
    done = await asyncio.gather(*presses, return_exceptions=True)
    await other
    refused = [one for one in done if isinstance(one, UserError)]
    assert len(refused) == 22
    assert all("Ask again in about 1 s." in str(one) for one in refused)


async def test_lanes_do_not_wait_for_each_other(heavy: HeavyWork) -> None:
    turns = Turns(heavy)
    held = [turns.begin(who) for who in (FLOODER, OTHER)]
    await step()
    async with asyncio.timeout(10), heavy.turn(SEARCHING, FLOODER):
        assert await heavy.in_thread(SEARCHING, lambda: 7) == 7
    third = turns.begin(THIRD)
    await step()
    assert THIRD not in turns.inside, "few in all"
    turns.go.set()
    await asyncio.gather(*held, third)


@pytest.mark.parametrize(("processes", "places"), [(0, 2), (1, 1), (3, 3)])
async def test_as_many_make_as_there_are_children(
    sqlite_db: Database, sqlite_url: str, processes: int, places: int
) -> None:
    """Whoever is at work has a child: nobody's wait for one is counted as their time."""
    heavy = HeavyWork(processes, sqlite_db, url=sqlite_url, text_keys=())
    turns = Turns(heavy)
    making = [turns.begin(who) for who in range(1, 6)]
    await step()
    assert len(turns.inside) == places
    turns.go.set()
    await asyncio.gather(*making)
    heavy.close()


async def test_a_full_lane_says_when(heavy: HeavyWork, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heavy_work, "MOST_WAITING", 3)
    turns = Turns(heavy)
    held = [turns.begin(who) for who in range(1, 6)]
    own = turns.begin(None)
    await step()
    with pytest.raises(UserError, match=r"Many others .* in about 2 s"):
        await turns.begin(6)
    turns.go.set()
    await asyncio.gather(*held, own)


async def test_what_was_begun_goes_on(heavy: HeavyWork) -> None:
    turns = Turns(heavy)
    held = [turns.begin(FLOODER) for _ in range(2)]
    await step()

    async def rest() -> None:
        async with heavy.turn(MAKING, FLOODER, goes_on=True):
            pass

    going_on = asyncio.create_task(rest())
    await step()
    turns.go.set()
    await asyncio.gather(*held, going_on)


def test_a_member_has_a_burst_and_then_a_share() -> None:
    now = 0.0
    spent = Spent(lambda: now)
    spent.add(FLOODER, BURST_S)
    assert spent.wait_s(FLOODER) == 0
    spent.add(FLOODER, 4.0)
    assert spent.wait_s(FLOODER) == pytest.approx(4.0 / SHARE)
    assert spent.wait_s(OTHER) == 0
    now = 4.0 / SHARE
    assert spent.wait_s(FLOODER) == pytest.approx(0)


async def test_what_is_made_for_a_download_is_counted_once_and_its_waiting_not_at_all(
    heavy: HeavyWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    monkeypatch.setattr(heavy_work, "time", SimpleNamespace(monotonic=lambda: now))
    heavy._spent = Spent(lambda: 0.0)
    turns = Turns(heavy)
    others = [turns.begin(who) for who in (OTHER, THIRD)]
    await step()

    async def export() -> None:
        nonlocal now
        async with heavy.turn(DOWNLOADS, FLOODER) as turn:
            async with turn.within(MAKING):
                now += 5.0
            now += 3.0

    exported = asyncio.create_task(export())
    await step()
    now += 60.0  # the others work for a minute
    turns.go.set()
    await asyncio.gather(*others, exported)
    assert heavy._spent._spent[FLOODER][0] == pytest.approx(5.0 + 3.0)


async def test_who_used_it_up_is_told_the_time(heavy: HeavyWork) -> None:
    heavy._spent.add(FLOODER, BURST_S + 10)
    with pytest.raises(UserError, match=r"Ask again in (49|50) s\."):
        async with heavy.turn(MAKING, FLOODER):
            pass
    async with heavy.turn(MAKING, OTHER):
        pass
