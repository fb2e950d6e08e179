"""Conversations with the real bot: every way in, in a server and in direct messages, up to the verdict."""

from __future__ import annotations

import asyncio
import csv
import io

import pytest

from bot.delivery import notifier
from db.queries.jobs import list_jobs
from db.types import Viewer
from tests.bot.short_reviews import BAD, FILE, GOOD
from tests.fixtures.discord import World


def rows_of(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


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


@pytest.mark.parametrize("share", [False, True])
async def test_score_in_a_server(world: World, share: bool) -> None:
    result = await world.alice.slash(world.channel, "score", text=GOOD, film="Paddington", share=share)
    assert result.deferred
    assert result.ephemeral is not share
    await world.finish()
    assert "Positive" in result.response.embeds[0].title
    assert result.response.embeds[0].author.name == "Paddington"
    assert world.messages(world.alice.user.dm_channel) == []
    assert len(world.messages(world.channel)) == (1 if share else 0)


async def test_score_in_a_dm(world: World) -> None:
    result = await world.alice.user.slash("score", text=BAD)
    await world.finish()
    assert "Negative" in result.response.embeds[0].title


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


async def test_score_review_of_a_message(world: World) -> None:
    message = await world.bob.send(world.channel, GOOD)
    result = await world.alice.context_menu(world.channel, "Score review", message)
    assert result.ephemeral
    await world.finish()
    assert "Positive" in result.response.embeds[0].title
    assert world.messages(world.channel) == []


async def test_score_review_offers_the_files_of_a_message(world: World) -> None:
    message = await world.bob.send(world.channel, "", attachments=[("export.csv", FILE.encode())])
    result = await world.alice.context_menu(world.channel, "Score review", message)
    assert result.ephemeral
    assert "export.csv" in result.response.content.replace("\\", "")
    await world.alice.click(result.response, label="Score this file")
    await world.finish()
    assert "20 reviews scored" in world.messages(world.alice.user.dm_channel)[0].embeds[0].title


async def test_score_review_without_text_or_file(world: World) -> None:
    message = await world.bob.send(world.channel, "", attachments=[("cat.png", b"\x89PNG")])
    result = await world.alice.context_menu(world.channel, "Score review", message)
    assert result.ephemeral
    assert "neither text nor a file" in result.response.content


async def test_batch_private_in_a_server(world: World) -> None:
    result = await world.alice.slash(world.channel, "batch", file=("export.csv", FILE.encode()))
    assert result.ephemeral
    dm = world.alice.user.dm_channel
    assert f"/channels/@me/{dm.id}/" in result.response.content
    (card,) = world.messages(dm)
    assert "accepted" in card.embeds[0].title
    await world.finish()
    card, ping = world.messages(dm)
    assert "20 reviews scored" in card.embeds[0].title
    assert card.embeds[0].image.url is not None
    assert ping.content.startswith(world.alice.mention)
    assert ping.reference.message_id == card.id
    called = [call.json["allowed_mentions"].get("users") for call in world.calls("POST", f"/channels/{dm.id}/messages")]
    assert [[int(user) for user in users or []] for users in called] == [[], [world.alice.id]], "once, at the end"
    assert world.scorer.version in card.embeds[0].footer.text
    scored = rows_of(world.attachment(card, "scored.csv"))
    assert len(scored) == 21
    assert [row["label"] for row in scored[:2]] == ["negative", "positive"]
    assert {"title", "review", "label", "probability", "flags", "model"} <= scored[0].keys()
    assert len([one for one in card.attachments if "rejected" in one.filename]) == 1
    (histogram,) = [one for one in card.attachments if one.filename == "histogram.png"]
    assert "10 positive, 10 negative" in (histogram.description or "")
    assert world.messages(world.channel) == []


async def test_batch_shared_stands_in_the_channel(world: World) -> None:
    result = await world.alice.slash(world.channel, "batch", file=("export.csv", FILE.encode()), share=True)
    assert result.ephemeral
    assert f"/channels/{world.guild.id}/{world.channel.id}/" in result.response.content
    await world.finish()
    card, ping = world.messages(world.channel)
    assert "20 reviews scored" in card.embeds[0].title
    assert [user.id for user in ping.mentions] == [world.alice.id]
    assert world.messages(world.alice.user.dm_channel) == []


async def test_batch_in_a_dm(world: World) -> None:
    await world.alice.user.slash("batch", file=("export.csv", FILE.encode()))
    await world.finish()
    titles = [m.embeds[0].title for m in world.messages(world.alice.user.dm_channel) if m.embeds]
    assert any("20 reviews scored" in title for title in titles)


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
