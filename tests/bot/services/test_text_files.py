"""Text files that are sent as messages: one review, a list, or whichever their sender says."""

from __future__ import annotations

from typing import Any

import discord
import pytest

from tests.bot.talk import LINES, PASTE, jobs, review_file, texts
from tests.fixtures.discord import World

LIST = review_file(4, empty=0)


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
