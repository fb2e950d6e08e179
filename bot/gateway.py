"""A connection to Discord's gateway that lasts: it resumes its session, and is never away for longer than the outage.

discord.py identifies anew when a shard could not resume at once, and then every event of the outage is lost; its pause
between two tries grows to 17 minutes and is not reset by a connection that holds.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Callable
from typing import Any, Final

import aiohttp
import discord
from discord.gateway import DiscordWebSocket, ReconnectWebSocket
from discord.shard import EventItem, EventType, Shard

log = logging.getLogger(__name__)

FIRST_S: Final = 0.5
LONGEST_S: Final = 20.0
"""Longest pause between two tries: with the time of a try below half a minute."""
STEADY_S: Final = 10.0
"""A connection that held for so long was a good one: the next pause is the shortest again."""
CONNECT_S: Final = 20.0
"""Longest time of one try."""
IDENTIFY_EVERY_S: Final = 5.0
"""Discord takes one new session of a bot in so many seconds."""
OWN_GATEWAY_TRIES: Final = 3
"""So often a session is resumed at the address that Discord gave for it, then at the usual one."""

FATAL: Final = frozenset({4004, 4010, 4011, 4012, 4013, 4014})
"""Close codes after which connecting again cannot help: token, shards, version, intents."""
PASSING: Final = (
    OSError,
    discord.HTTPException,
    discord.GatewayNotFound,
    discord.ConnectionClosed,
    aiohttp.ClientError,
    TimeoutError,
    ReconnectWebSocket,
)
"""What a connection that fails raises."""


_DOUBLINGS: Final = 10
"""More than `LONGEST_S` needs; without a bound the power is too large for a number after 1,023 tries."""


class Pause:
    """The time between two tries: doubled after each, up to `LONGEST_S`, a half of it by chance."""

    def __init__(self) -> None:
        self._tries = 0

    @property
    def tries(self) -> int:
        """Since the last good connection."""
        return self._tries

    def next_s(self) -> float:
        """Seconds to wait before the next try."""
        longest = min(LONGEST_S, FIRST_S * 2.0 ** min(self._tries, _DOUBLINGS))
        self._tries += 1
        return random.uniform(longest / 2, longest)  # noqa: S311  no secret: bots must not come at one moment

    def reset(self) -> None:
        """The connection held."""
        self._tries = 0


class Turns:
    """Lets one shard after another begin a new session, as slowly as Discord wants it."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._last = -IDENTIFY_EVERY_S

    async def wait(self) -> None:
        """Returns when the caller may identify."""
        async with self._lock:
            await asyncio.sleep(max(0.0, self._last + IDENTIFY_EVERY_S - time.monotonic()))
            self._last = time.monotonic()


def is_fatal(error: BaseException) -> bool:
    """Whether Discord closed the connection for a reason that stays."""
    return isinstance(error, discord.ConnectionClosed) and error.code in FATAL


async def connected(
    client: discord.AutoShardedClient,
    turns: Turns,
    shard_id: int,
    gateway: Any = None,
    old: DiscordWebSocket | None = None,
) -> DiscordWebSocket:
    """A new connection of the shard, with the session of the `old` one where it has one. Raises `PASSING`."""
    resume = old is not None and old.session_id is not None
    if not resume:
        await turns.wait()
    opening = DiscordWebSocket.from_client(
        client,
        gateway=gateway,
        shard_id=shard_id,
        session=old.session_id if resume and old is not None else None,
        sequence=old.sequence if resume and old is not None else None,
        resume=resume,
    )
    async with asyncio.timeout(CONNECT_S):
        return await opening


class LastingShard(Shard):
    """One connection: it reads, and connects again by itself. Only what ends the bot goes to the client's queue."""

    def __init__(
        self,
        ws: DiscordWebSocket,
        client: discord.AutoShardedClient,
        queue_put: Callable[[EventItem], None],
        turns: Turns,
    ) -> None:
        super().__init__(ws, client, queue_put)
        self._turns, self._pause = turns, Pause()
        self._since = time.monotonic()
        self.heard_at = time.time()
        """When Discord was last heard, by the clock of this machine, seconds since 1970."""

    async def worker(self) -> None:
        """Reads until the client closes; discord.py's own worker ends with each connection.

        Whatever else ends it ends the bot: a task that died in silence would leave it running and deaf.
        """
        try:
            await self._read()
        except Exception as error:
            self._queue_put(EventItem(EventType.terminate, self, error))

    async def _read(self) -> None:
        while not self._client.is_closed():
            try:
                await self.ws.poll_event()
                self.heard_at = time.time()
            except PASSING as error:
                if is_fatal(error):
                    self._queue_put(EventItem(EventType.close, self, error))
                    return
                self._dispatch("disconnect")
                self._dispatch("shard_disconnect", self.id)
                if not await self._again(error):
                    return

    async def _again(self, lost: Exception) -> bool:
        """Connects until it succeeds; False when that ended the bot."""
        if time.monotonic() - self._since > STEADY_S:
            self._pause.reset()
        while not self._client.is_closed():
            if isinstance(lost, ReconnectWebSocket) and not lost.resume:
                self.ws.session_id = None
            pause_s = self._pause.next_s()
            log.warning("shard %d: connection lost, next try in %.1f s", self.id, pause_s, extra={"error": _name(lost)})
            await asyncio.sleep(pause_s)
            own = self.ws.session_id is not None and self._pause.tries <= OWN_GATEWAY_TRIES
            try:
                self.ws = await connected(
                    self._client,  # type: ignore[arg-type]
                    self._turns,
                    self.id,
                    self.ws.gateway if own else None,
                    self.ws,
                )
            except PASSING as error:
                if is_fatal(error):
                    self._queue_put(EventItem(EventType.close, self, error))
                    return False
                lost = error
                continue
            self._since = time.monotonic()
            return True
        return False


def _name(error: Exception) -> str:
    return type(error).__name__
