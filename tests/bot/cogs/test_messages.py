"""What people really send: pasted texts, forwards, the bot's role, small talk, chatter about a card."""

from __future__ import annotations

import asyncio
from typing import Any

import discord
import pytest

from bot.cards.greeting import EXAMPLES
from db.queries.jobs import list_jobs
from db.types import JobView, Viewer
from tests.bot.talk import BAD, GOOD, answer, review_file, stored_texts, words
from tests.fixtures.discord import World

PASTE = "\n\n".join(f"Part {n}. {GOOD} {GOOD}" for n in range(1, 13))
LINES = "\n".join(f"{GOOD} Seen {n} times." for n in range(12))
LIST = review_file(4, empty=0)


async def jobs(world: World) -> list[JobView]:
    return await asyncio.to_thread(list_jobs, world.db, Viewer(world.alice.id))


async def texts(world: World) -> list[str]:
    return [text for text in await stored_texts(world) if text is not None]


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


async def deed(world: World, **message: Any) -> None:
    """Alice sends the bot a direct message that refers to another one."""
    world.env.backend.create_message(world.alice.user.dm_channel.id, world.alice.id, **message)
    world.env._mark_mutation()
    await world.env._settle_internal(dispatch="deed")
    await world.finish()


def about(message: discord.Message, kind: int) -> dict[str, Any]:
    """A reference: 0 to what is answered, 1 to what is forwarded."""
    return {"type": kind, "channel_id": str(message.channel.id), "message_id": str(message.id)}


def own_role(world: World) -> int:
    guild = world.bot.get_guild(world.guild.id)
    assert guild is not None
    return next(role.id for role in guild.me.roles if role.managed)


@pytest.mark.parametrize("place", ["dm", "server"])
async def test_a_pasted_text_is_one_review(world: World, place: str) -> None:
    if place == "dm":
        await world.dm(world.alice, "", ("message.txt", PASTE.encode()))
    else:
        await world.alice.send(world.channel, world.mention, attachments=[("message.txt", PASTE.encode())])
    await world.finish()
    (card,) = world.messages(world.alice.user.dm_channel if place == "dm" else world.channel)
    assert "Positive" in card.embeds[0].title
    assert await texts(world) == [PASTE]


async def test_what_stands_beside_a_pasted_text_is_part_of_the_review(world: World) -> None:
    await world.dm(world.alice, "My thoughts on Heat:", ("message.txt", PASTE.encode()))
    await world.finish()
    assert await texts(world) == [f"My thoughts on Heat:\n\n{PASTE}"]


async def test_a_review_and_a_list_in_one_message_are_a_verdict_and_a_job(world: World) -> None:
    await world.dm(world.alice, "hi", ("reviews.csv", LIST), ("message.txt", PASTE.encode()))
    await world.finish()
    assert sorted(job.kind for job in await jobs(world)) == ["file", "message"]
    assert PASTE in await texts(world)


@pytest.mark.parametrize(("label", "stored"), [("One review", [LINES]), ("One review per line", LINES.splitlines())])
async def test_what_could_be_either_is_asked(world: World, label: str, stored: list[str]) -> None:
    await world.dm(world.alice, "", ("message.txt", LINES.encode()))
    await world.finish()
    assert await jobs(world) == []
    question = world.last(world.alice.user.dm_channel)
    assert "message.txt" in question.content
    await world.restart()
    await world.alice.user.click(question, label=label)
    await world.finish()
    assert await texts(world) == stored


async def test_a_question_is_about_its_file_wherever_it_stands(world: World) -> None:
    sent = await world.dm(world.alice, "", ("one.txt", PASTE.encode()), ("message.txt", LINES.encode()))
    await world.finish()
    # The verdict on the other file comes before or after it.
    question = next(one for one in world.messages(world.alice.user.dm_channel) if "message.txt" in one.content)
    stored = world.env.backend.get_message(sent.channel.id, sent.id)
    del stored.attachments[0]  # alice edits the other one away
    await world.alice.user.click(question, label="One review")
    await world.finish()
    assert await texts(world) == [PASTE, LINES]


async def test_a_small_list_is_loaded_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[str] = []
    read = discord.Attachment.read

    async def counted(file: discord.Attachment, **options: Any) -> bytes:
        loaded.append(file.filename)
        return await read(file, **options)

    monkeypatch.setattr(discord.Attachment, "read", counted)
    await world.dm(world.alice, "", ("reviews.txt", LINES.encode()), ("a.csv", LIST))
    await world.finish()
    assert sorted(loaded) == ["a.csv", "reviews.txt"]
    assert sorted(job.kind for job in await jobs(world)) == ["file", "file"]


async def test_a_question_about_a_deleted_message_loads_nothing(world: World) -> None:
    sent = await world.dm(world.alice, "", ("message.txt", LINES.encode()))
    question = world.last(world.alice.user.dm_channel)
    world.env.backend.delete_message(sent.channel.id, sent.id)
    result = await world.alice.user.click(question, label="One review")
    assert "the message is gone" in result.followups[0].content
    assert await texts(world) == []


@pytest.mark.parametrize(("text", "files", "kind"), [(GOOD, [], "message"), ("", [("reviews.csv", LIST)], "file")])
async def test_what_is_forwarded_is_scored(world: World, text: str, files: list[Any], kind: str) -> None:
    original = await world.bob.send(world.channel, text, attachments=files)
    await deed(world, reference=about(original, 1))
    assert [job.kind for job in await jobs(world)] == [kind]
    assert (await texts(world))[0].startswith(GOOD)


async def test_score_review_reads_a_forwarded_message(world: World) -> None:
    review = await world.bob.send(world.channel, BAD)
    forwarded = await world.bob.forward(review, world.channel)
    result = await world.alice.context_menu(world.channel, "Score review", forwarded)
    await world.finish()
    assert "Negative" in result.response.embeds[0].title


async def test_score_review_reads_a_pasted_text(world: World) -> None:
    message = await world.bob.send(world.channel, "", attachments=[("message.txt", PASTE.encode())])
    result = await world.alice.context_menu(world.channel, "Score review", message)
    await world.finish()
    assert "Positive" in result.response.embeds[0].title


async def test_the_own_role_is_a_mention(world: World) -> None:
    role = own_role(world)
    await arrives(world, content=f"<@&{role}> {GOOD}", mention_roles=[str(role)])
    assert await texts(world) == [GOOD]
    assert "Positive" in world.last(world.channel).embeds[0].title


async def test_another_role_is_none(world: World) -> None:
    role = world.guild.create_role("critics")
    await arrives(world, content=f"<@&{role.id}> {GOOD}", mention_roles=[str(role.id)])
    assert world.messages(world.channel) == []


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


async def test_small_talk_gets_a_greeting_with_examples(world: World) -> None:
    await world.dm(world.alice, "hi")
    await world.finish()
    greeting = world.last(world.alice.user.dm_channel)
    assert "Send me a review" in words(greeting)
    assert "Positive" not in words(greeting)
    assert await texts(world) == []
    result = await world.alice.user.click(greeting, label="Try 2")
    await world.finish()
    assert "Negative" in result.response.embeds[0].title
    assert await texts(world) == [EXAMPLES[1]]


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
