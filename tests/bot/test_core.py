"""The core of the bot: who asks, tasks whose errors are logged, waking workers."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from collections import Counter
from types import SimpleNamespace
from typing import Any

import discord
import pytest

from bot.core import OF_ONE, WAITING_OF_ONE
from bot.pools import right_of_way
from bot.pools.fair_threads import asker
from common.errors import UserError
from db.types import Viewer, WakeUp
from reporting.request import FEWEST
from tests.bot.short_reviews import FILE, GOOD
from tests.bot.talk import add_review
from tests.fixtures.discord import World


async def test_who_asks_and_from_where(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Viewer] = []
    viewer = world.bot.viewer

    def noted(asker: Any) -> Viewer:
        asked.append(viewer(asker))
        return asked[-1]

    monkeypatch.setattr(world.bot, "viewer", noted)
    await world.alice.slash(world.channel, "jobs list")
    await world.alice.user.slash("jobs list")
    await world.bob.send(world.channel, f"{world.mention} {GOOD}")
    await world.dm(world.bob, GOOD)
    here, seen = world.guild.id, frozenset({world.channel.id})
    assert set(asked) == {
        Viewer(world.alice.id, here, seen),
        Viewer(world.alice.id, None, frozenset({world.alice.user.dm_channel.id})),
        Viewer(world.bob.id, here, seen),
        Viewer(world.bob.id, None),
    }


async def test_an_error_of_a_task_is_logged_and_ends_it_alone(world: World, caplog: pytest.LogCaptureFixture) -> None:
    ended = asyncio.Event()

    async def fails() -> None:
        raise RuntimeError("secret words of a review")

    async def goes_on() -> None:
        ended.set()

    with caplog.at_level(logging.ERROR):
        world.bot.start_task(fails(), "a failing task")
        world.bot.start_task(goes_on(), "another")
        await ended.wait()
        await asyncio.gather(*world.bot._background)
    assert "a failing task: RuntimeError" in caplog.text
    assert "secret" not in caplog.text


async def test_each_chunk_is_published_and_without_a_broker_none(world: World) -> None:
    world.bot.wake_workers(WakeUp(7, "score", "interactive"), WakeUp(8, "ingest", "bulk"))
    await asyncio.gather(*world.bot._background)
    assert sorted(world.signals.rung) == [7, 8]
    world.bot.signals = None
    world.bot.wake_workers(WakeUp(9, "score", "interactive"))
    await asyncio.gather(*world.bot._background)
    assert sorted(world.signals.rung) == [7, 8]
    world.signals.rung.clear()


async def test_what_was_said_is_noted_whoever_floods(world: World) -> None:
    """All turns of the member are taken and all places to wait: the bot's own note is taken all the same."""
    go = threading.Event()
    before = asker.set(7)
    calls = [asyncio.create_task(world.bot.in_thread(go.wait)) for _ in range(OF_ONE + WAITING_OF_ONE)]
    await asyncio.sleep(0)
    try:
        with pytest.raises(UserError):
            await world.bot.in_thread(int)
        assert await world.bot.in_own_thread(asker.get) is None
        assert asker.get() == 7
    finally:
        go.set()
        asker.reset(before)
    await asyncio.gather(*calls)


async def test_each_message_is_noted_in_nobodys_turn(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The question about a file, a card that was shared, a report that was shared."""
    turns: list[tuple[str, int | None]] = []

    def noting(module: str, name: str) -> None:
        real = getattr(sys.modules[module], name)

        def note(*args: Any, **kwargs: Any) -> Any:
            turns.append((name, asker.get()))
            return real(*args, **kwargs)

        monkeypatch.setattr(sys.modules[module], name, note)

    noting("bot.cogs.messages", "remember_sent")
    noting("bot.cogs.report", "remember_sent")
    noting("bot.services.single_reviews", "set_card_message")
    noting("bot.services.single_reviews", "clear_reply_token")
    noting("bot.services.file_jobs", "clear_reply_token")
    noting("bot.delivery.notifier", "mark_rendered")
    await world.alice.send(world.channel, world.mention, attachments=[("a.txt", b"")])
    for _ in range(FEWEST):
        await add_review(world, world.alice, GOOD, shared=True)
    await world.work()
    await world.alice.slash(world.channel, "report", share=True)
    monkeypatch.setattr(sys.modules["bot.services.single_reviews"], "WAIT_S", 0.0)
    await world.alice.slash(world.channel, "score", text=GOOD, share=True)
    await world.alice.slash(world.channel, "batch", file=("export.csv", FILE.encode()), share=True)
    assert Counter(name for name, _ in turns) == {
        "remember_sent": 2,
        "set_card_message": 1,
        "clear_reply_token": 2,
        "mark_rendered": 1,
    }
    assert {who for _, who in turns} == {None}


@pytest.mark.parametrize("how", ["button", "takedown", "message", "message while it is taken in"])
async def test_each_deletion_forgets_what_is_offered(world: World, manager: Any, how: str) -> None:
    """Names of films and files are kept for seconds: not beyond their deletion."""
    bot = world.bot
    sent = await world.alice.send(world.channel, f"{world.mention} {GOOD}")
    await world.finish()
    for option in ("film", "job"):
        await world.bob.autocomplete(world.channel, "report", option, "")
    assert len(bot.offered_films._kept) == len(bot.offered_jobs._kept) == 1
    if how == "button":
        await world.alice.click(world.last(world.channel), label="Delete")
    elif how == "takedown":
        await manager.slash(world.channel, "server takedown", job=1)
    elif how == "message":
        await bot.get_cog("DeletedMessages")._forget([sent.id])
    else:
        bot.deleted_messages.append(sent.id)
        await bot.get_cog("Messages")._take(await bot.get_channel(world.channel.id).fetch_message(sent.id))
    assert not bot.offered_films._kept
    assert not bot.offered_jobs._kept


async def test_an_interaction_has_the_right_of_way_from_the_moment_it_is_read(world: World) -> None:
    kinds = discord.InteractionType
    taken = dict[discord.InteractionType, bool]()
    for kind in (kinds.autocomplete, kinds.application_command, kinds.component, kinds.modal_submit):
        response = SimpleNamespace(is_done=lambda: False)
        world.bot.dispatch("interaction", SimpleNamespace(id=1, type=kind, response=response, data={}))
        taken[kind] = world.bot.way.taken
        world.bot.way.answered(1)
    assert [kind for kind in taken if not taken[kind]] == [kinds.autocomplete], "its answer needs the work of others"


async def test_nobody_waits_for_a_command_that_has_ended(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its answer did not go over a real connection, and it asked the database for nothing."""
    monkeypatch.setattr(right_of_way, "LONGEST_S", 1e6)
    await world.alice.slash(world.channel, "help")
    assert not world.bot.way.taken
