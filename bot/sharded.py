"""The bot with as many gateway connections as it has servers for: Discord asks for one per 2,500."""

from __future__ import annotations

from discord.ext import commands

from bot.client import ReelfeelBot


class ShardedBot(ReelfeelBot, commands.AutoShardedBot):
    """`ReelfeelBot` with `shard_count` connections in one process; as many as Discord recommends when that is None.

    Commands, buttons and direct messages work as with one: Discord sends each event to one shard (direct messages to
    the first), and all else goes over REST.
    """
