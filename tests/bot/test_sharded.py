"""The bot with two gateway connections: servers of both are served, direct messages too."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import simcord

from bot.sharded import ShardedBot
from common.settings import Settings
from db.engine import Database
from model import Scorer
from tests.bot.talk import Talk, words
from tests.fixtures.discord import Loopback, World


@asynccontextmanager
async def sharded_world(settings: Settings, scorer: Scorer) -> AsyncIterator[World]:
    db, signals = Database(settings.database(), durable=True), Loopback()

    def make_bot() -> ShardedBot:
        return ShardedBot(settings, db, signals, shard_count=2)  # type: ignore[arg-type]

    env: Any = simcord.Env(make_bot(), settle_timeout=20.0)
    await env.start()
    try:
        yield World(env, settings, db, scorer, signals, make_bot)
    finally:
        await env.shutdown()
        db.dispose()


async def test_servers_of_both_shards_and_direct_messages_are_served(bot_settings: Settings, scorer: Scorer) -> None:
    async with sharded_world(bot_settings, scorer) as world:
        for shard in (0, 1):
            world.guild = world.env.create_guild(f"Club {shard}", shard_id=shard)
            world.channel = world.guild.create_text_channel("reviews")
            alice = world.guild.add_member(world.env.create_user(f"alice{shard}"))
            assert world.bot.get_guild(world.guild.id).shard_id == shard  # type: ignore[union-attr]
            assert "single reviews" in words(await Talk(world, "guild", alice).slash("status"))
            await alice.send(world.channel, f"{world.mention} A wonderful film, I loved every minute.")
            await world.finish()
            assert "Positive" in words(world.last(world.channel))
            await world.dm(alice, "A dreadful, boring mess. I hated it.")
            await world.finish()
            assert "Negative" in words(world.last(alice.user.dm_channel))
        assert world.bot.shard_count == 2
