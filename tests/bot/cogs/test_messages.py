"""What people really send: pasted texts, forwards, the bot's role, small talk, chatter about a card."""

from __future__ import annotations

import pytest

from tests.bot.talk import GOOD, answer, review_file, texts, words
from tests.fixtures.discord import World

LIST = review_file(4, empty=0)


def own_role(world: World) -> int:
    guild = world.bot.get_guild(world.guild.id)
    assert guild is not None
    return next(role.id for role in guild.me.roles if role.managed)


async def test_a_message_that_discord_blanks_is_told_how_to_mention(world: World) -> None:
    await world.alice.send(world.channel, f"<@&{own_role(world)}> {GOOD}")
    await world.finish()
    assert "Mention me by my name" in world.last(world.channel).content


@pytest.mark.parametrize("text", ["", "thoughts?"])
async def test_a_reply_with_a_mention_alone_names_score_review(world: World, text: str) -> None:
    review = await world.bob.send(world.channel, GOOD)
    await world.alice.send(world.channel, f"{world.mention} {text}", reply_to=review)
    await world.finish()
    said = world.last(world.channel).content
    assert "Apps" in said
    assert "Score review" in said
    assert await texts(world) == []


async def test_a_finished_file_offers_what_comes_next(world: World) -> None:
    await world.dm(world.alice, "", ("reviews.csv", review_file(6, empty=1)))
    await world.finish()
    done = next(one for one in world.messages(world.alice.user.dm_channel) if one.embeds)
    assert "/report job:1" in words(done)
    listed = answer(await world.alice.user.click(done, label="Negative reviews"))
    assert "3 results" in words(listed)
    assert "Positive" not in words(listed)
    given = answer(await world.alice.user.click(done, label="Files"))
    assert {one.filename for one in given.attachments} == {"reviews.scored.csv", "rejected-rows.csv"}


async def test_nobody_is_called_for_what_they_cancelled(world: World) -> None:
    await world.dm(world.alice, "", ("reviews.csv", LIST))
    await world.tick(2)
    channel = world.alice.user.dm_channel
    await world.alice.user.click(world.last(channel), label="Cancel")
    await world.finish()
    (card,) = world.messages(channel)
    assert "cancelled" in card.embeds[0].title
    assert str(world.alice.id) not in card.content


async def test_a_bare_mention_gets_a_greeting(world: World) -> None:
    await world.alice.send(world.channel, world.mention)
    await world.finish()
    assert "Send me a review" in words(world.last(world.channel))
