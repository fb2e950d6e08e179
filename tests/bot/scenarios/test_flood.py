"""One member presses everything at once: what is light passes what is heavy, and the flooder is told when to return."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any

import discord
import pytest

from bot.pools.heavy_work import MAKING, SEARCHING, SENDING
from db.engine import Database
from tests.bot.talk import Talk, add_file, add_review, all_at_once, review_file
from tests.fixtures.discord import World

PRESSES = 24


class Held:
    """Heavy work that does not end before a test says so, and how much of it runs at a time."""

    def __init__(self, db: Database) -> None:
        self.go, self.inside, self.most, self._db = asyncio.Event(), 0, 0, db

    async def __call__(self, fn: Any, *args: Any, **kwargs: Any) -> Any:
        self.inside += 1
        self.most = max(self.most, self.inside)
        try:
            await self.go.wait()
            return await asyncio.to_thread(fn, self._db, *args, **kwargs)
        finally:
            self.inside -= 1


def refusals(world: World) -> int:
    """How often somebody was told when to ask again."""
    return sum("Ask again in" in str(call.json) for call in world.env.http_requests)


def done(world: World) -> list[Any]:
    """Answers with something in them."""
    return [call for call in world.env.http_requests if call.path.startswith("/webhooks")]


async def until(condition: Callable[[], bool]) -> None:
    """Until the bot has made the calls that show it; fails after 20 s."""
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110  SimCord tells nobody of a call
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("what", ["report", "export", "privacy export"])
async def test_24_presses_of_one_member_stand_in_nobodys_way(
    world: World, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """22 are refused at once, one works, one waits; another is answered meanwhile, and the two get their file."""
    alice, bob = Talk(world, "guild", world.alice), Talk(world, "guild", world.bob)
    await add_file(world, world.alice, review_file(12))
    await add_review(world, world.bob)
    await world.work()
    found = await alice.slash("results search")
    held = Held(world.db)
    monkeypatch.setattr(world.bot.heavy, "in_child", held)
    with all_at_once(world):
        for _ in range(PRESSES):
            if what == "export":
                await alice.who.click(found, label="Export CSV")
            else:
                await alice.who.slash(world.channel, what)
        await bob.who.slash(world.channel, "jobs list")
    await until(lambda: any("Review 2" in str(call.json) for call in world.calls("PATCH", "/messages/@original")))
    await until(lambda: refusals(world) == PRESSES - 2)
    assert held.most == 1, "one at a time of each member"
    held.go.set()
    await world.tick(1)
    assert held.most == 1
    assert refusals(world) == PRESSES - 2
    assert sum("report." in str(call.json) or "attachments" in str(call.json) for call in done(world)) >= 2


@pytest.mark.parametrize("what", ["export", "privacy export", "jobs download", "show that result"])
async def test_a_slow_download_delays_no_report_and_no_result(
    world: World, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """Discord takes the file of one member slowly: their place is one of the downloads, and none of any other lane."""
    alice = Talk(world, "guild", world.alice)
    file = ("reviews.csv", review_file(12))
    job = await add_file(world, world.alice, file[1], name=file[0])
    await world.work()
    found = await alice.slash("results search")
    if what == "show that result":
        found = await alice.slash("batch", file=file)
    sending, go = asyncio.Event(), asyncio.Event()
    real = discord.Interaction.edit_original_response

    async def slow(interaction: Any, **shown: Any) -> Any:
        if shown.get("attachments"):
            sending.set()
            await go.wait()
        return await real(interaction, **shown)

    monkeypatch.setattr(discord.Interaction, "edit_original_response", slow)
    with all_at_once(world):
        if what in ("export", "show that result"):
            await alice.who.click(found, label={"export": "Export CSV"}.get(what, "Show that result"))
        else:
            await alice.who.slash(world.channel, what, **({"job": job} if "job" in what else {}))
        async with asyncio.timeout(20):
            await sending.wait()
        heavy, others = world.bot.heavy, AsyncExitStack()
        async with asyncio.timeout(20), others:
            for lane in (MAKING, SEARCHING, SENDING):
                for _ in range(lane.places):
                    await others.enter_async_context(heavy.turn(lane, None))
            assert heavy._queues["downloads"].inside == {world.alice.id: 1}
        go.set()
    await world.tick(1)
    assert heavy._queues["downloads"].inside == {}
    assert world.alice.id in heavy._spent._spent


async def test_searches_for_words_wait_for_each_other_and_for_no_report(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = Talk(world, "guild", world.alice)
    await add_file(world, world.alice, review_file(12))
    await world.work()
    held = Held(world.db)
    monkeypatch.setattr(world.bot.heavy, "in_child", held)
    with all_at_once(world):
        await alice.who.slash(world.channel, "report")
        await alice.who.slash(world.channel, "results search", query="nothing like it")
    await until(lambda: any("Nothing found" in str(call.json) for call in world.calls("PATCH", "/messages/@original")))
    held.go.set()
    await world.tick(1)
