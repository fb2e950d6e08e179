"""The bot in this process, joined to Discord over real sockets; what it takes in waits for `Scene.work`."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy import text as sql

from bot.sharded import ShardedBot
from common.settings import Settings
from db.engine import Database
from model import Scorer
from tests.faults.real_sockets import RealSockets
from tests.fixtures.chunks import drain
from tests.fixtures.discord import Loopback
from tests.fixtures.postgres_server import PostgresServer
from worker.limits import limits_of

TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GabcDe.abcdefghijklmnopqrstuvwxyz0123"  # secret: made up


class Scene:
    """A bot, its database and its Discord."""

    def __init__(self, discord: RealSockets, settings: Settings, scorer: Scorer | None = None) -> None:
        self.discord, self.settings, self.scorer = discord, settings, scorer
        self.db = Database(settings.database(), durable=True)
        self.signals = Loopback()
        self.bot: ShardedBot | None = None
        self.running: asyncio.Task[None] | None = None
        self.server: PostgresServer | None = None
        """The server of its database, where it is not a file."""

    async def start(self, **how: Any) -> ShardedBot:
        """Joins; returns when the bot is ready."""
        bot = self.bot = ShardedBot(self.settings, self.db, self.signals, poll_s=0.1, **how)  # type: ignore[arg-type]
        bot._connection.guild_ready_timeout = 0.05
        ready = asyncio.Event()

        async def on_ready() -> None:
            ready.set()

        bot.add_listener(on_ready, "on_ready")
        self.running = asyncio.create_task(bot.start(TOKEN))
        waiting = asyncio.create_task(ready.wait())
        await asyncio.wait({self.running, waiting}, timeout=20, return_when=asyncio.FIRST_COMPLETED)
        if not ready.is_set():
            waiting.cancel()
            await self.running
        return bot

    async def stop(self, *, politely: bool = True) -> None:
        """Ends the bot; not politely: as one that is killed, which stores nothing more."""
        assert self.bot is not None
        assert self.running is not None
        if politely:
            await self.bot.finish(patience_s=5)
        else:
            await self.bot.close()
        await asyncio.gather(self.running, return_exceptions=True)

    async def work(self) -> None:
        """Scores whatever waits."""
        assert self.scorer is not None
        self.signals.rung.clear()
        await asyncio.to_thread(drain, self.db, self.scorer, limits=limits_of(self.settings))

    @contextmanager
    def hanging_database(self) -> Iterator[None]:
        """Every statement waits until the end of the block, as of a server that was stopped."""
        goes_on = threading.Event()

        def wait(*_: object) -> None:
            goes_on.wait(60)

        event.listen(self.db.engine, "before_cursor_execute", wait)
        try:
            yield
        finally:
            event.remove(self.db.engine, "before_cursor_execute", wait)
            goes_on.set()

    async def jobs(self) -> list[Any]:
        """Rows of the table, oldest first."""

        def look() -> list[Any]:
            with self.db.read() as session:
                return list(session.execute(sql("SELECT * FROM jobs ORDER BY id")).mappings())

        return await asyncio.to_thread(look)

    def told(self, channel_id: int) -> list[dict[str, Any]]:
        """What the bot wrote in a channel, oldest first, as it is shown now."""
        shown = [self.discord.shown(one.channel_id, one.message_id) for one in list(self.discord.posted)]
        return [one for one in shown if one is not None and int(one["channel_id"]) == channel_id]


async def until(what: Callable[[], Any], seconds: float = 10.0, *, every_s: float = 0.02) -> Any:
    """The first true answer; fails after so many seconds. An answer that is awaitable is awaited."""
    end = time.monotonic() + seconds
    while True:
        found = what()
        if asyncio.iscoroutine(found):
            found = await found
        if found:
            return found
        assert time.monotonic() < end, f"not within {seconds:g} s"
        await asyncio.sleep(every_s)


@asynccontextmanager
async def scene(discord: RealSockets, settings: Settings, scorer: Scorer | None = None) -> AsyncIterator[Scene]:
    """A scene whose bot is gone afterwards."""
    built = Scene(discord, settings, scorer)
    try:
        yield built
    finally:
        if built.bot is not None and not built.bot.is_closed():
            await built.stop(politely=False)
        built.db.dispose()
