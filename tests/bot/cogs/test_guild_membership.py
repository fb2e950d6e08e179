"""The bot notes the servers it is in, and those that it is removed from."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select

from db.privacy.guild_departures import note_joined
from db.tables import GuildMembership
from tests.fixtures.discord import World


async def memberships(world: World) -> dict[int, bool]:
    """Server -> whether the bot is in it."""

    def read() -> dict[int, bool]:
        with world.db.read() as session:
            return {one.guild_id: one.left_at is None for one in session.scalars(select(GuildMembership))}

    return await asyncio.to_thread(read)


async def test_joins_and_removals_are_noted(world: World) -> None:
    cog: Any = world.bot.get_cog("GuildMembership")
    await cog.on_ready()
    assert await memberships(world) == {world.guild.id: True}
    await cog.on_guild_remove(SimpleNamespace(id=world.guild.id))
    assert await memberships(world) == {world.guild.id: False}
    await cog.on_guild_join(SimpleNamespace(id=world.guild.id))
    assert await memberships(world) == {world.guild.id: True}


async def test_a_removal_while_it_was_away_is_found_at_the_start(world: World) -> None:
    await asyncio.to_thread(note_joined, world.db, [77])
    cog: Any = world.bot.get_cog("GuildMembership")
    await cog.on_ready()
    assert await memberships(world) == {world.guild.id: True, 77: False}
