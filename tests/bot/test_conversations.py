"""Conversations with the real bot: every way in, in a server and in direct messages, from the message to the verdict."""

from __future__ import annotations

from tests.fixtures.discord import World

REVIEW = "A warm, funny and quietly brave film. I loved every minute of it."


async def test_dm(world: World) -> None:
    await world.alice.user.send_dm(REVIEW)
    await world.finish()
    card = world.last(world.alice.user.dm_channel)
    assert "Positive" in (card.embeds[0].title or "")
