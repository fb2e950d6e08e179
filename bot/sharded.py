"""The bot with as many gateway connections as it has servers for: Discord asks for one per 2,500."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from discord.ext import commands
from discord.webhook.async_ import async_context

from bot.client import ReelfeelBot
from bot.delivery.acknowledgements import LastingReplies
from bot.gateway import PASSING, LastingShard, Pause, Turns, connected, is_fatal

log = logging.getLogger(__name__)


class ShardedBot(ReelfeelBot, commands.AutoShardedBot):
    """`ReelfeelBot` with `shard_count` connections in one process; as many as Discord recommends when that is None.

    Commands, buttons and direct messages work as with one: Discord sends each event to one shard (direct messages to
    the first), and all else goes over REST.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._turns = Turns()
        self._lasting: dict[int, LastingShard] = {}

    async def start(self, token: str, *, reconnect: bool = True) -> None:
        """As discord.py's, with acknowledgements that survive a cut connection."""
        async_context.set(LastingReplies())  # type: ignore[no-untyped-call]  # before any task: they copy the context
        await super().start(token, reconnect=reconnect)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Nothing: `bot.gateway.Turns` waited already, outside the time that one try may take."""

    async def launch_shard(self, gateway: Any, shard_id: int, *, initial: bool = False) -> None:
        """Opens the connection of one shard, however long that takes. Raises discord.ConnectionClosed, fatal ones."""
        pause = Pause()
        while not self.is_closed():
            try:
                ws = await connected(self, self._turns, shard_id, gateway)
                break
            except PASSING as error:
                if is_fatal(error):
                    raise
                wait_s = pause.next_s()
                log.warning(
                    "shard %d: no connection, next try in %.1f s",
                    shard_id,
                    wait_s,
                    extra={"error": type(error).__name__},
                )
                await asyncio.sleep(wait_s)
        else:
            return
        shard = LastingShard(ws, self, self._AutoShardedClient__queue.put_nowait, self._turns)  # type: ignore[attr-defined]
        self._lasting[shard_id] = self._AutoShardedClient__shards[shard_id] = shard  # type: ignore[attr-defined]
        shard.launch()

    @property
    def heard_at(self) -> float:
        """When the connection that brings direct messages was last heard, seconds since 1970; 0 when there is none."""
        first = self._lasting.get(0)
        return 0.0 if first is None else first.heard_at
