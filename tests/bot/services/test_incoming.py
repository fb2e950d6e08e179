"""What is taken from a message, and whether it is for the bot: forwards, the bot's role, chatter about a card."""

from __future__ import annotations

from typing import Any

import discord
import pytest

from tests.bot.talk import BAD, GOOD, about, deed, jobs, review_file, texts
from tests.fixtures.discord import World

LIST = review_file(4, empty=0)


async def arrives(world: World, **changes: Any) -> None:
    """A message of alice's as Discord's API sends it, straight to the bot: SimCord blanks what only a role mentions."""
    channel: Any = world.bot.get_channel(world.channel.id)
    sent: Any = {
        "id": str(world.env.backend.snowflake()), "type": 0, "channel_id": str(world.channel.id), "content": "",
        "author": {"id": str(world.alice.id), "username": "alice", "discriminator": "0", "avatar": None},
        "attachments": [], "embeds": [], "mentions": [], "mention_roles": [], "pinned": False, "tts": False,
        "mention_everyone": False, "timestamp": "2026-01-01T00:00:00+00:00", "edited_timestamp": None, "components": [],
    } | changes  # fmt: skip
    cog: Any = world.bot.get_cog("Messages")
    await cog.on_message(discord.Message(state=world.bot._connection, channel=channel, data=sent))
    await world.finish()


def own_role(world: World) -> int:
    guild = world.bot.get_guild(world.guild.id)
    assert guild is not None
    return next(role.id for role in guild.me.roles if role.managed)


@pytest.mark.parametrize(("text", "files", "kind"), [(GOOD, [], "message"), ("", [("reviews.csv", LIST)], "file")])
async def test_what_is_forwarded_is_scored(world: World, text: str, files: list[Any], kind: str) -> None:
    original = await world.bob.send(world.channel, text, attachments=files)
    await deed(world, reference=about(original, 1))
    assert [job.kind for job in await jobs(world)] == [kind]
    assert (await texts(world))[0].startswith(GOOD)


async def test_the_own_role_is_a_mention(world: World) -> None:
    role = own_role(world)
    await arrives(world, content=f"<@&{role}> {GOOD}", mention_roles=[str(role)])
    assert await texts(world) == [GOOD]
    assert "Positive" in world.last(world.channel).embeds[0].title


async def test_another_role_is_none(world: World) -> None:
    role = world.guild.create_role("critics")
    await arrives(world, content=f"<@&{role.id}> {GOOD}", mention_roles=[str(role.id)])
    assert world.messages(world.channel) == []


async def test_chatter_in_reply_to_a_card_is_not_scored_and_a_review_is(world: World) -> None:
    await world.dm(world.alice, GOOD)
    await world.finish()
    channel = world.alice.user.dm_channel
    card = world.last(channel)
    await deed(world, content="no way, that is so wrong", reference=about(card, 0))
    assert "Wrong?" in world.last(channel).content
    assert await texts(world) == [GOOD]
    await deed(world, content=f"{BAD} {BAD}", reference=about(card, 0))
    assert await texts(world) == [GOOD, f"{BAD} {BAD}"]
