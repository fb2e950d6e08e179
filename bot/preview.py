"""The real bot in a simulated Discord, served to a browser on this machine: `reelfeel bot --preview`.

SimCord runs on virtual time and shows what was published, because it is made for tests. Here a driver lets its time
pass as ours does and publishes whenever the bot did something. Its page shows one channel: the person's DM with the
bot, where text is scored and `/batch` takes files up to SimCord's 10 MiB.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

import simcord
from simcord.backend.errors import SetupError

from bot.cards.greeting import greeting_card
from bot.client import ReelfeelBot
from bot.lifecycle import until_stopped
from bot.telemetry import vital_signs
from common.broker.job_signals import JobSignals
from common.settings import Settings
from db.engine import Database

log = logging.getLogger(__name__)

TURN_S: Final = 0.2
"""Seconds between two looks of the driver; the page itself asks twice a second."""
PATIENCE_S: Final = 120.0
"""Longest that one step of the bot may take, storing a file on a slow disk included."""


async def serve(settings: Settings, db: Database, signals: JobSignals, *, on_ready: Callable[[], None]) -> None:
    """Serves the page until SIGTERM or SIGINT. Prints its address, which is a secret of this machine's user."""
    bot = ReelfeelBot(settings, db, signals, always_sync=True, poll_s=0.5)
    env = simcord.Env(bot, settle_timeout=PATIENCE_S)
    person = _populate(env)
    await env.start()
    await bot.outbox.send(person.dm_channel.id, greeting_card(), nonce="greeting")  # nobody looks at an empty page
    stage = _Stage(env, person, settings.preview_port)
    try:
        with env.time_context(), vital_signs(bot):
            running = asyncio.create_task(stage.run(on_ready), name="preview")
            await until_stopped(running, lambda: stage.stop(bot))
    finally:
        await env.shutdown()


def _populate(env: Any) -> Any:
    """The person at the keyboard and their DM with the bot.

    Made before the clock is set, so that their ids are the same in every session and old jobs stay theirs; the clock is
    set to today, so that no message of this session has the id of an older one, which SQL would take for a repetition.
    """
    env.backend.bot_user.name = "Reelfeel"
    person = env.create_user("you")
    person.dm_channel  # noqa: B018  made by being looked at
    ahead = (datetime.now(UTC) - env.now()).total_seconds()
    if ahead > 0:
        env.backend.advance_clock(ahead)
    return person


class _Stage:
    """The served page and the driver of its world."""

    def __init__(self, env: Any, person: Any, port: int) -> None:
        self._env = env
        self._person = person
        self._port = port
        self._turn = asyncio.Lock()
        self._stopping = asyncio.Event()
        self._capability: str | None = None

    async def run(self, on_ready: Callable[[], None]) -> None:
        """Serves; when a person ends the session in the page, the same address opens again."""
        while not self._stopping.is_set():
            preview = self._env.preview(
                self._person.dm_channel,
                viewers=[self._person],
                layout="channel",
                timezone="UTC",
                port=self._port,
            )
            if self._capability is not None:
                preview.capability = self._capability
            self._take_turns(preview)
            async with preview:
                if self._capability is None:
                    self._announce(preview.url)
                    on_ready()
                self._capability = preview.capability
                self._port = int(preview.url.split(":")[2].split("/")[0])
                await self._drive(preview)

    async def stop(self, bot: ReelfeelBot) -> None:
        """Refuses new work, lets the answers in flight finish, ends the page."""
        bot.stopping = True
        bot.dispatch("stopping")
        self._stopping.set()

    @staticmethod
    def _announce(url: str) -> None:
        sys.stdout.write(f"Simulated Discord: {url}\n")
        sys.stdout.flush()

    def _take_turns(self, preview: Any) -> None:
        """SimCord refuses two operations at a time: the page's actions wait for the driver instead of failing."""
        act = preview._action

        async def in_turn(context_id: str | None, body: Any) -> Any:
            async with self._turn:
                return await act(context_id, body)

        preview._action = in_turn

    async def _drive(self, preview: Any) -> None:
        loop = asyncio.get_running_loop()
        last, shown = loop.time(), -1
        while not self._stopping.is_set() and not preview._closed:
            async with self._turn:
                try:
                    now = loop.time()
                    await self._env.advance_time(now - last)
                    last = now
                    shown = await self._publish(preview, shown)
                except (TimeoutError, SetupError) as error:
                    log.warning("the simulated Discord is behind: %s", type(error).__name__)
                    last = loop.time()
            await asyncio.sleep(TURN_S)

    async def _publish(self, preview: Any, shown: int) -> int:
        """Publishes when anything crossed the wire; each publication makes older pages ask again before acting."""
        happened = len(self._env.backend.transcript)
        if happened != shown:
            await preview.refresh()
        return happened
