"""Scoring one text for a command: its verdict leads back to the message it is about."""

from __future__ import annotations

import pytest

from bot.cards.verdict import TO_MESSAGE
from tests.bot.talk import GOOD, Talk, words
from tests.fixtures.discord import World


@pytest.mark.parametrize("late", [False, True])
async def test_a_verdict_on_a_message_leads_back_to_it(world: World, late: bool) -> None:
    message = await world.bob.send(world.channel, GOOD)
    result = await world.alice.context_menu(world.channel, "Score review", message)
    if late:
        await world.tick(11)
    await world.finish()
    card = world.last(world.alice.user.dm_channel) if late else result.response
    url = f"https://discord.com/channels/{world.guild.id}/{world.channel.id}/{message.id}"
    assert f"[{TO_MESSAGE}]({url})" in (card.embeds[0].description or "")
    alice = Talk(world, "guild", world.alice)
    assert url in words(await alice.slash("results search"))
    assert url in words(await alice.slash("results show", id=1))
