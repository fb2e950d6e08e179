"""`reelfeel bot`: one process that joins Discord, or the simulated one of the preview."""

from __future__ import annotations

import asyncio
import errno
import logging
import re
from typing import Final

import aiohttp
import discord

from bot.client import ReelfeelBot
from bot.lifecycle import until_stopped
from bot.metrics import ERRORS
from bot.sharded import ShardedBot
from bot.standby import Turn
from bot.telemetry import vital_signs
from common.broker.job_signals import BrokerUnavailable, JobSignals, listen_hints
from common.errors import Misconfigured
from common.process import exit_codes
from common.process import log_format as logs
from common.process.metrics_server import PortTaken
from common.process.readiness import say_ready
from common.settings import Settings
from db.engine import Database
from db.errors import DatabaseUnavailable, DbError
from db.privacy import text_keys

LOOK_S: Final = 2.0
"""Between two looks at the database's file."""
TOKEN_SHAPE: Final = re.compile(r"[\w-]{18,}\.[\w-]{5,}\.[\w-]{20,}")
"""Three parts of base64url: the bot's id, the time it was made, a signature."""

UNSET: Final = (
    "DISCORD_TOKEN is not set: give the bot's token from https://discord.com/developers/applications, "
    "or start `reelfeel bot --preview` for a simulated Discord."
)
WRONG_SHAPE: Final = (
    "DISCORD_TOKEN is not a bot token: copy it whole from https://discord.com/developers/applications, page Bot."
)
REFUSED: Final = (
    "Discord refuses DISCORD_TOKEN: make a new one at https://discord.com/developers/applications, page Bot."
)
CLOSED: Final = {
    4004: REFUSED,
    4010: "Discord refuses the number of connections: leave REELFEEL_SHARDS unset, then Discord says how many.",
    4011: "Discord wants more connections for your servers: leave REELFEEL_SHARDS unset, then Discord says how many.",
    4012: "Discord no longer speaks with this version of the bot: install a newer one.",
    4013: "Discord does not know the events that this version of the bot asks for: install a newer one.",
    4014: "Discord does not allow the events that the bot asks for: look at the bot's page, under Privileged Gateway "
    "Intents, at https://discord.com/developers/applications.",
}
"""What a host can do about each close code of the gateway that stays; starting again changes nothing."""
NO_BROKER: Final = "REDIS_URL is not set: give the broker's address, or run `reelfeel up`, which brings its own."
REPLACED: Final = "Another bot with this token serves: this one was away for too long. Start it again as a standby."
NO_DISCORD: Final = "Discord cannot be reached: check the network of this machine and start again."


class _Wrong(Exception):
    """A setting without which the bot cannot start; its text is one plain sentence."""


class _Replaced(Exception):
    """Another bot serves in our place; its text is one plain sentence."""


class _Away(Exception):
    """A service that cannot be reached; its text is one plain sentence."""


def main(settings: Settings, *, preview: bool = False) -> int:
    """Runs until SIGTERM or SIGINT, then finishes the replies in flight: exit code 0.

    78 when a setting or the schema is wrong, 69 when database, broker or Discord do not answer at the start, 75 when
    another bot took over; each after one sentence on standard error. While another bot with the same token serves, it
    waits (`bot.standby`). Once connected it outlives outages of all three.
    """
    logs.configure(settings.log_level, room="bot", format=settings.log_format, on_error=ERRORS)
    db: Database | None = None
    signals: JobSignals | None = None
    try:
        if not preview:
            _check_token(settings)
        db = Database(settings.database(), durable=True, text_keys=settings.sealing_keys())
        db.check_schema()
        db.check_usable()
        text_keys.check(db)
        url = settings.broker()
        if url is None:
            raise _Wrong(NO_BROKER)
        signals = JobSignals(url)
        signals.check()
        asyncio.run(_preview(settings, db, signals) if preview else _discord(settings, db, signals, url))
    except (_Wrong, Misconfigured, PortTaken) as error:
        return exit_codes.refuse(error, exit_codes.CONFIGURATION)
    except _Replaced as error:
        return exit_codes.refuse(error, exit_codes.TRY_AGAIN)
    except (_Away, DatabaseUnavailable, BrokerUnavailable, DbError) as error:
        return exit_codes.refuse(error, exit_codes.UNAVAILABLE)
    finally:
        if signals is not None:
            signals.close()
        if db is not None:
            db.dispose()
    return 0


def _check_token(settings: Settings) -> None:
    token = "" if settings.discord_token is None else settings.discord_token.get_secret_value().strip()
    if not token:
        raise _Wrong(UNSET)
    if TOKEN_SHAPE.fullmatch(token) is None:
        raise _Wrong(WRONG_SHAPE)


async def _discord(settings: Settings, db: Database, signals: JobSignals, redis_url: str) -> None:
    assert settings.discord_token is not None
    token = settings.discord_token.get_secret_value().strip()
    turn = Turn(db, token)
    if not await turn.wait():
        return
    bot = ShardedBot(settings, db, signals, shard_count=settings.shards)
    bot.add_listener(_ready, "on_ready")
    closing: list[asyncio.Task[None]] = []
    async with turn.held(lambda: closing.append(asyncio.create_task(bot.close()))):
        with vital_signs(bot):
            await _join(bot, token, redis_url)
    if turn.lost:
        raise _Replaced(REPLACED)


async def _join(bot: ReelfeelBot, token: str, redis_url: str) -> None:
    hints = asyncio.create_task(_hear(bot, redis_url), name="hints")
    running = asyncio.create_task(_until_lost(bot, token), name="gateway")
    try:
        await until_stopped(running, bot.finish)
    except discord.LoginFailure:
        raise _Wrong(REFUSED) from None
    except discord.PrivilegedIntentsRequired:
        raise _Wrong(CLOSED[4014]) from None
    except discord.ConnectionClosed as closed:
        if closed.code in CLOSED:
            raise _Wrong(CLOSED[closed.code]) from None
        raise _Away(f"Discord closed the connection with code {closed.code}: start again.") from None
    except (aiohttp.ClientError, OSError, discord.GatewayNotFound, discord.DiscordServerError):
        raise _Away(NO_DISCORD) from None
    except discord.HTTPException as answer:
        raise _Away(f"Discord answers with status {answer.status}, code {answer.code}: try again later.") from None
    finally:
        await _end(hints)
        if not bot.is_closed():
            await bot.close()


async def _until_lost(bot: ReelfeelBot, token: str) -> None:
    """Runs the bot; raises DatabaseUnavailable when its database is deleted, or cannot be written to any more.

    A server that does not answer may be back soon, and is waited for.
    """
    parts = {asyncio.create_task(bot.start(token), name="gateway"), asyncio.create_task(_watch(bot.db), name="watch")}
    try:
        ended, _ = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
        for part in ended:
            part.result()
    finally:
        for part in parts:
            part.cancel()
        await asyncio.gather(*parts, return_exceptions=True)


async def _watch(db: Database) -> None:
    while True:
        await asyncio.sleep(LOOK_S)
        await asyncio.to_thread(db.check_usable)


async def _end(task: asyncio.Task[None]) -> None:
    """Cancels until it counts: redis-py swallows a cancellation that comes while it connects."""
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=0.2)


async def _ready() -> None:
    say_ready()


async def _hear(bot: ReelfeelBot, redis_url: str) -> None:
    async for _ in listen_hints(redis_url):
        bot.notifier.wake()


async def _preview(settings: Settings, db: Database, signals: JobSignals) -> None:
    # simcord belongs to the extra `local`: a production image does without it. It probes with a client of no intents.
    logging.getLogger("discord.state").setLevel(logging.ERROR)
    try:
        from bot.preview import serve
    except ModuleNotFoundError as missing:
        raise _Wrong(f"The simulated Discord needs {missing.name}: run `make install`.") from None
    try:
        await serve(settings, db, signals, on_ready=say_ready)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        raise _Wrong(
            f"Port {settings.preview_port} is taken: set REELFEEL_PREVIEW_PORT to another one, or to 0 for a free one."
        ) from None
