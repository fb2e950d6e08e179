"""A reply by its token alone: read and edited as the interaction that brought it would."""

from __future__ import annotations

import discord
import pytest

from bot.cards.base import Card
from bot.delivery.reply_by_token import edit_reply, shown_reply
from db.queries.jobs import list_jobs
from db.types import Viewer
from tests.bot.short_reviews import GOOD
from tests.fixtures.discord import World


async def test_what_is_edited_is_what_is_shown(world: World) -> None:
    result = await world.alice.slash(world.channel, "score", text=GOOD)
    (job,) = list_jobs(world.db, Viewer(world.alice.id, world.guild.id))
    assert job.reply_token is not None
    edited = await edit_reply(world.bot, job.reply_token, Card("Said later."))
    assert (edited["id"], edited["content"]) == (str(result.response.id), "Said later.")
    assert result.response.content == "Said later."
    assert (await shown_reply(world.bot, job.reply_token))["content"] == "Said later."
    await world.finish()


async def test_a_token_that_nobody_was_given(world: World) -> None:
    with pytest.raises(discord.HTTPException):
        await shown_reply(world.bot, "nobodys-token")
