"""Conversations with the real bot: every way in, in a server and in direct messages, up to the verdict."""

from __future__ import annotations

import asyncio

import pytest

from bot.delivery import notifier
from db.queries.jobs import list_jobs
from db.types import Viewer
from tests.bot.short_reviews import BAD, FILE, GOOD
from tests.fixtures.discord import World


async def test_dm_with_text(world: World) -> None:
    message = await world.dm(world.alice, GOOD)
    await world.finish()
    (card,) = world.messages(world.alice.user.dm_channel)
    assert "Positive" in card.embeds[0].title
    assert "I loved every minute of it" in card.embeds[0].description
    assert f"model {world.scorer.version}" in card.embeds[0].footer.text
    assert card.reference is not None
    assert card.reference.message_id == message.id


async def test_mention_in_a_server(world: World) -> None:
    message = await world.alice.send(world.channel, f"{world.mention} {BAD}")
    await world.finish()
    (card,) = world.messages(world.channel)
    assert "Negative" in card.embeds[0].title
    assert card.reference.message_id == message.id
    assert "@" not in (card.content or "")


async def test_reply_with_mention(world: World) -> None:
    first = await world.bob.send(world.channel, "What do you think?")
    await world.alice.send(world.channel, f"{world.mention} {GOOD}", reply_to=first)
    await world.finish()
    assert "Positive" in world.last(world.channel).embeds[0].title


async def test_the_same_event_ten_times_is_one_review(world: World) -> None:
    message = await world.dm(world.alice, GOOD)
    cog = world.bot.get_cog("Messages")
    await asyncio.gather(*(cog.on_message(message) for _ in range(10)))
    await world.finish()
    assert len(world.messages(world.alice.user.dm_channel)) == 1
    assert len(list_jobs(world.db, Viewer(world.alice.id))) == 1


async def test_says_nothing_unasked(world: World) -> None:
    await world.alice.send(world.channel, GOOD)
    await world.alice.send(world.channel, f"@everyone {GOOD}")
    await world.finish()
    assert world.messages(world.channel) == []


async def test_a_slow_verdict_comes_as_a_direct_message(world: World) -> None:
    result = await world.alice.slash(world.channel, "score", text=GOOD)
    await world.tick(11)
    assert "waiting in the queue" in result.response.content
    await world.finish()
    (card,) = world.messages(world.alice.user.dm_channel)
    assert "Positive" in card.embeds[0].title
    assert world.messages(world.channel) == []


async def test_a_slow_shared_verdict_takes_the_place_of_its_message(world: World) -> None:
    result = await world.alice.slash(world.channel, "score", text=GOOD, share=True)
    await world.tick(11)
    assert "waiting in the queue" in result.response.content
    await world.finish()
    (card,) = world.messages(world.channel)
    assert "Positive" in card.embeds[0].title
    assert not card.content


async def test_a_message_that_waits_says_so_and_becomes_the_verdict(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import timedelta

    monkeypatch.setattr(notifier, "SOON", timedelta(0))
    await world.dm(world.alice, GOOD)
    await world.tick(1)
    (card,) = world.messages(world.alice.user.dm_channel)
    assert "in the queue" in card.embeds[0].title
    await world.finish()
    (card,) = world.messages(world.alice.user.dm_channel)
    assert "Positive" in card.embeds[0].title


async def test_files_by_dm_each_get_a_card(world: World) -> None:
    other = FILE.replace("Film", "Movie")
    message = await world.dm(world.alice, "my exports", ("a.csv", FILE.encode()), ("b.csv", other.encode()))
    cards = world.messages(world.alice.user.dm_channel)
    assert [card.reference.message_id for card in cards] == [message.id, message.id]
    await world.finish()
    done = [m for m in world.messages(world.alice.user.dm_channel) if m.embeds]
    assert ["20 reviews scored" in card.embeds[0].title for card in done] == [True, True]


async def test_files_by_mention(world: World) -> None:
    await world.alice.send(world.channel, world.mention, attachments=[("a.csv", FILE.encode())])
    await world.finish()
    card, ping = world.messages(world.channel)
    assert "20 reviews scored" in card.embeds[0].title
    assert ping.content.startswith(world.alice.mention)


async def test_a_job_that_ends_before_its_card_pings_in_the_card(world: World) -> None:
    world.bot.notifier.wake = lambda: None  # type: ignore[method-assign]
    await world.dm(world.alice, "", ("a.csv", FILE.encode()))
    await world.finish()
    (card,) = world.messages(world.alice.user.dm_channel)
    assert card.content.startswith(world.alice.mention)
    assert "20 reviews scored" in card.embeds[0].title
