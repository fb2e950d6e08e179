"""The door: who is shut out gets in nowhere but at /privacy, and a database that hangs holds nobody at it."""

from __future__ import annotations

import asyncio
from typing import Any
from unittest.mock import MagicMock

import discord
import pytest

from bot.autocomplete import any_job
from bot.core import OFFER_PATIENCE_S, RULES_PATIENCE_S, SETTINGS_PATIENCE_S
from bot.delivery.stale_replies import REMEMBER_S
from bot.door import admit
from bot.handlers.result import FORM_WAIT_S
from bot.permissions import wants_share
from db.errors import DatabaseUnavailable
from db.operations.blocks import block, unblock
from tests.bot.talk import GOOD, Talk, add_review, choices, words
from tests.fixtures.discord import World

DISCORD_WAITS_S = 3.0
SPARE_S = 0.3
YOU = "blocked you"
HERE = "blocked this server"


async def shut_out(world: World, kind: Any, id_: int) -> None:
    await asyncio.to_thread(block, world.db, kind, id_, by="host")
    world.bot.blocked.forget("all")  # else within seconds


async def test_a_blocked_member_gets_in_nowhere_but_at_privacy(world: World, alice: Talk) -> None:
    await add_review(world, world.alice)
    await world.work()
    found = await alice.slash("results search")
    result = choices(found)[0]["value"]
    verdict = await alice.slash("results show", id=int(result))
    form = await (alice.who if alice.place == "guild" else alice.who.user).click(verdict, label="Wrong?")
    assert form.modal is not None
    await shut_out(world, "user", world.alice.id)
    for command, options in {
        "score": {"text": GOOD},
        "help": {},
        "jobs list": {},
        "settings": {},
        "report": {},
    }.items():
        assert YOU in await alice.refused(command, **options), command
    for label in ("Details", "Wrong?"):
        assert YOU in words(await alice.click(verdict, label)), label
    assert YOU in words(await alice.pick(found, "result:pick", result))
    assert await alice.choices("jobs status", "job", "") == []
    before = len(world.messages(world.channel)), len(world.messages(world.alice.user.dm_channel))
    await world.alice.send(world.channel, f"{world.mention} {GOOD}")
    await world.dm(world.alice, GOOD)
    await world.tick(5)
    assert (len(world.messages(world.channel)), len(world.messages(world.alice.user.dm_channel))) == before
    assert "Jobs: 1" in words(await alice.slash("privacy show"))
    question = await alice.slash("privacy delete")
    assert "Deleted" in words(await alice.click(question, "Delete everything"))
    assert "Results" not in words(await Talk(world, alice.place, world.bob).slash("help"))
    await asyncio.to_thread(unblock, world.db, "user", world.alice.id, by="host")
    world.bot.blocked.forget("all")
    assert YOU not in words(await alice.slash("jobs list"))


async def test_a_blocked_servers_members_are_let_in_elsewhere(world: World) -> None:
    await shut_out(world, "server", world.guild.id)
    assert HERE in await Talk(world, "guild", world.alice).refused("jobs list")
    await world.alice.send(world.channel, f"{world.mention} {GOOD}")
    await world.tick(5)
    assert world.messages(world.channel) == []
    assert HERE not in words(await Talk(world, "dm", world.alice).slash("jobs list"))


async def test_a_database_that_hangs_costs_nobody_the_acknowledgement(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Block list, rules of the server, settings, what is offered: each is asked before Discord has any answer."""
    bot = world.bot
    bot.notifier.stop()

    async def hangs(*_: Any, **__: Any) -> Any:
        await asyncio.get_running_loop().create_future()

    asked = MagicMock(spec=discord.Interaction, type=discord.InteractionType.application_command, guild_id=7)
    asked.client, asked.user.id, asked.command.qualified_name = bot, world.alice.id, "score"
    monkeypatch.setattr(bot, "in_thread", hangs)
    monkeypatch.setattr(bot, "before_answer", hangs)
    # What each has patience for, one after the other: the clock would measure how busy the machine is.
    waits: list[float] = []
    timeout = asyncio.timeout

    def noted(delay: float | None) -> asyncio.Timeout:
        assert delay is not None
        waits.append(delay)
        return timeout(delay)

    monkeypatch.setattr(asyncio, "timeout", noted)
    with pytest.raises(DatabaseUnavailable):
        await admit(bot, asked)
    assert await wants_share(bot, asked, None) is False
    assert 0 < sum(waits) < DISCORD_WAITS_S
    waits.clear()
    assert await any_job(asked, "") == []
    assert 0 < sum(waits) < DISCORD_WAITS_S
    for task in asyncio.all_tasks():
        if task.get_name() == "reelfeel short cache":
            task.cancel()


def test_what_is_waited_for_before_an_answer_fits_into_discords_time() -> None:
    """The door asks for both at once or one after the other; then the settings, then the reply is remembered."""
    assert 2 * RULES_PATIENCE_S + SETTINGS_PATIENCE_S + REMEMBER_S + SPARE_S <= DISCORD_WAITS_S
    assert RULES_PATIENCE_S + OFFER_PATIENCE_S + SPARE_S <= DISCORD_WAITS_S
    assert RULES_PATIENCE_S + FORM_WAIT_S + SPARE_S <= DISCORD_WAITS_S
