"""Which channels somebody reads: by the permissions, threads with their channel, private threads from inside."""

from __future__ import annotations

from typing import Any

import discord
import pytest

from bot import core
from bot.visible_channels import shared_in
from tests.bot.talk import GOOD, Talk, add_review, result_ids, words
from tests.fixtures.discord import World


def hidden_channel(world: World, *members: Any) -> Any:
    """A channel that only these members see."""
    nobody = discord.PermissionOverwrite(view_channel=False)
    overwrites = {world.guild.default_role: nobody}
    overwrites |= {one: discord.PermissionOverwrite(view_channel=True) for one in members}
    return world.guild.create_text_channel("hidden", overwrites=overwrites)


async def shared(world: World, channel: Any) -> int:
    """Something of Alice's, shared there; the number of its result."""
    await add_review(world, world.alice, GOOD, shared=True, film="Quokka", channel=channel)
    await world.work()
    return max(await result_ids(world, world.alice))


async def test_what_is_shared_in_a_private_channel_is_for_who_sees_it(world: World) -> None:
    result = await shared(world, hidden_channel(world, world.alice))
    bob = Talk(world, "guild", world.bob)
    assert "There is no result" in await bob.refused("results show", id=result)
    assert "Quokka" not in words(await bob.slash("results search"))
    assert await bob.choices("results search", "film", "Quok") == []
    assert await bob.refused("report")


async def test_who_is_let_in_sees_it_from_everywhere_in_the_server(world: World) -> None:
    result = await shared(world, hidden_channel(world, world.alice, world.bob))
    bob = Talk(world, "guild", world.bob)
    assert "Positive" in words(await bob.slash("results show", id=result))
    assert [one["value"] for one in await bob.choices("results search", "film", "Quok")] == ["Quokka"]


async def test_who_loses_a_channel_is_offered_nothing_of_it_any_more(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden = hidden_channel(world, world.alice, world.bob)
    await shared(world, hidden)
    bob = Talk(world, "guild", world.bob)
    assert await bob.choices("results search", "film", "Quok") != []
    monkeypatch.setattr(core, "visible_channels", lambda asker: frozenset({world.channel.id}))
    assert await bob.choices("results search", "film", "Quok") == []


@pytest.mark.parametrize("private", [False, True])
def test_a_public_thread_goes_by_its_channel_and_a_private_one_by_itself(private: bool) -> None:
    kind = discord.ChannelType.private_thread if private else discord.ChannelType.public_thread
    thread = object.__new__(discord.Thread)
    thread.id, thread.parent_id, thread._type = 7, 5, kind
    assert shared_in(thread, 7) == (7 if private else 5)
    assert shared_in(None, 9) == 9


async def test_a_report_for_everybody_holds_nothing_of_another_channel(world: World) -> None:
    hidden = hidden_channel(world, world.alice, world.bob)
    for channel in (hidden, world.channel):
        for _ in range(6):
            await add_review(world, world.alice, GOOD, shared=True, film="Quokka", channel=channel)
    await world.work()
    alone, for_all = [
        await Talk(world, "guild", world.bob).slash("report", share=share, file="csv") for share in (False, True)
    ]
    assert "12 reviews" in words(alone)
    assert "6 reviews" in words(for_all)
    assert "12 reviews" not in words(for_all)
