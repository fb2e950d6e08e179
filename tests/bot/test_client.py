"""The client: what it asks Discord for, and how it ends."""

from __future__ import annotations

import asyncio

from tests.fixtures.discord import World


async def test_no_privileged_intent(world: World) -> None:
    intents = world.bot.intents
    assert not intents.message_content
    assert not intents.members
    assert not intents.presences


async def test_finish_lets_answers_in_flight_out(world: World) -> None:
    result = await world.alice.slash(world.channel, "score", text="I loved it.")

    async def meanwhile() -> None:
        await world.work()
        await world.tick(2)

    await asyncio.gather(world.bot.finish(), meanwhile())
    assert world.bot.is_closed()
    assert "Positive" in result.response.embeds[0].title
