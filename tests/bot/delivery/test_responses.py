"""Answering an interaction: nobody is left at thinking, nothing private is shown, no retry doubles an answer."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import discord
import pytest

from bot.delivery.responses import TOO_LONG
from bot.services import file_jobs, intake
from db.errors import DatabaseUnavailable
from tests.bot.talk import GOOD, PLACES, Place, Talk, review_file
from tests.fixtures.discord import World

CSV = ("export.csv", review_file(4, empty=0))


@pytest.mark.parametrize("place", PLACES)
async def test_a_command_that_takes_too_long_says_so(
    world: World, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(*_: object) -> None:
        await asyncio.sleep(3600)

    monkeypatch.setattr(file_jobs, "accept_file", never)
    world.bot.notifier.stop()
    shown = await Talk(world, place, world.alice).slash("batch", file=CSV)
    await world.tick(13.5 * 60)
    assert shown.content == ""
    await world.tick(60)
    assert shown.content == TOO_LONG


async def test_an_error_after_a_public_reply_began_is_private(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise DatabaseUnavailable("gone")

    monkeypatch.setattr(intake, "accept_review", away)
    result = await world.alice.slash(world.channel, "score", text=GOOD, share=True)
    assert world.messages(world.channel) == [], "nothing is left in the channel"
    (told,) = result.followups
    assert told.ephemeral
    assert "nothing was accepted" in told.content
    world.env._errors.clear()


async def test_answers_are_edits_so_that_a_cut_connection_doubles_none(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit, cuts = discord.Interaction.edit_original_response, []

    async def cut_after(self: Any, **parts: Any) -> Any:
        answered = await edit(self, **parts)
        if len(cuts) < 2:
            cuts.append(1)
            raise aiohttp.ServerDisconnectedError
        return answered

    monkeypatch.setattr(discord.Interaction, "edit_original_response", cut_after)
    result = await world.alice.slash(world.channel, "results search")
    assert "no results yet" in result.response.content
    assert result.followups == []
    assert len(cuts) == 2
