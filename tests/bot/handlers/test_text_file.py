"""The two buttons under a text file that could be one review or a list."""

from __future__ import annotations

import pytest

from tests.bot.talk import LINES, jobs, texts
from tests.fixtures.discord import World


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


async def test_a_question_about_a_deleted_message_loads_nothing(world: World) -> None:
    sent = await world.dm(world.alice, "", ("message.txt", LINES.encode()))
    question = world.last(world.alice.user.dm_channel)
    world.env.backend.delete_message(sent.channel.id, sent.id)
    result = await world.alice.user.click(question, label="One review")
    assert "the message is gone" in result.followups[0].content
    assert await texts(world) == []
