"""A second bot with the same token: it waits, warm, until the first one is gone, and then takes its place.

Both would otherwise answer for each other, and the one that came last would tell users that their work was lost.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import socket
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

from bot.lifecycle import until_stopped
from common.process.heartbeat import Pulse, up_seconds
from db.engine import Database
from db.errors import DatabaseUnavailable
from db.operations.bot_lease import LEASE_S, Holder, release, take
from db.operations.heartbeats import deregister, record
from db.operations.types import EVERY_S, Fact
from db.privacy.clock_guard import UP

log = logging.getLogger(__name__)

RENEW_S: Final = LEASE_S / 3
LOOK_S: Final = 2.0
"""Pause between two looks whether the first one is gone."""


class Turn:
    """Whose turn it is to serve this bot's token."""

    def __init__(self, db: Database, token: str, *, look_s: float = LOOK_S) -> None:
        """`token`: its first part names the bot, and stays when the token is made anew."""
        name = hashlib.sha256(token.partition(".")[0].encode()).hexdigest()[:16]
        self._db, self._key, self._look_s = db, f"serves:{name}", look_s
        self._me = Holder(uuid.uuid4().hex, socket.gethostname(), os.getpid())
        self.lost = False
        """Whether another bot serves now: this one was away for longer than its lease."""

    async def wait(self) -> bool:
        """True when it is ours; False when SIGTERM or SIGINT came first. Raises DatabaseUnavailable at the start."""
        other = await asyncio.to_thread(self._take)
        if other is None:
            return True
        log.warning("another bot with this token serves; this one waits", extra={"host": other.host, "pid": other.pid})
        taken = asyncio.Event()
        waiting = asyncio.create_task(self._until_free(taken), name="standby")
        pulse = Pulse(self._beat, lambda: deregister(self._db, self._me.id), every_s=EVERY_S)
        pulse.start()

        async def stop() -> None:
            waiting.cancel()

        try:
            await until_stopped(waiting, stop)
        finally:
            await asyncio.to_thread(pulse.stop)
        if taken.is_set():
            log.warning("the other bot is gone; this one serves")
        return taken.is_set()

    @asynccontextmanager
    async def held(self, on_lost: Callable[[], None]) -> AsyncIterator[None]:
        """Keeps it until the end and gives it back; `on_lost` is called in the loop when another bot has taken it."""
        loop = asyncio.get_running_loop()

        def renew() -> None:
            if not self.lost and self._take() is not None:
                self.lost = True
                loop.call_soon_threadsafe(on_lost)

        pulse = Pulse(renew, lambda: release(self._db, self._key, self._me), every_s=RENEW_S)
        pulse.start()
        try:
            yield
        finally:
            await asyncio.to_thread(pulse.stop)

    def _take(self) -> Holder | None:
        return take(self._db, self._key, self._me)

    async def _until_free(self, taken: asyncio.Event) -> None:
        while True:
            await asyncio.sleep(self._look_s)
            try:
                if await asyncio.to_thread(self._take) is None:
                    taken.set()
                    return
            except DatabaseUnavailable as error:  # it outlives an outage, as a bot that serves does
                log.info("waiting: the database does not answer (%s)", type(error).__name__)

    def _beat(self) -> None:
        facts: dict[str, Fact] = {"pid": os.getpid(), UP: up_seconds(), "ready": False, "standby": True}
        record(self._db, self._me.id, "bot", self._me.host, facts)
