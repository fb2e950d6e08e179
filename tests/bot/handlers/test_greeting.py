"""The examples under a greeting."""

from __future__ import annotations

from bot.cards.greeting import EXAMPLES
from bot.components import ids
from tests.bot.talk import texts, words
from tests.fixtures.discord import World


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


async def test_an_example_that_is_not_there_any_more_is_said(world: World) -> None:
    await world.dm(world.alice, "hi")
    await world.finish()
    greeting = world.last(world.alice.user.dm_channel)
    stored = world.env.backend.get_message(greeting.channel.id, greeting.id)
    stored.components[0]["components"][0]["custom_id"] = ids.EXAMPLE.of(len(EXAMPLES) + 1)
    refused = await world.alice.user.click(greeting, label="Try 1")
    assert "This has expired. Send a review instead." in refused.response.content
    assert await texts(world) == []
