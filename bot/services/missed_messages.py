"""Direct messages that came while the bot was away: Discord sends them to nobody later, so they are read anew.

What a connection missed is replayed when its session is resumed. Where it begins a new one, as after a start, the
history of the channels in which people wrote before is read from the moment at which Discord was last heard.
"""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import suppress
from datetime import UTC, datetime
from itertools import chain, repeat
from typing import Final

import aiohttp
import discord
from discord.ext import tasks

from bot.core import BotCore
from bot.delivery.outbox import passes
from db.delivery.direct_messages import accepted_messages, dm_channels
from db.delivery.key_values import get_state, set_state
from db.errors import DbError

log = logging.getLogger(__name__)

HEARD: Final = "gateway:heard"
"""Key under which the last moment is stored at which Discord was heard, seconds since 1970."""
NOTE_EVERY_S: Final = 10.0
OVERLAP_S: Final = 10.0
"""Read anew from before that moment: clocks differ, and a bot that was killed had not stored all that it heard."""
LONGEST_S: Final = 7 * 24 * 3600.0
"""Nobody waits for an answer to what is older."""
PER_CHANNEL: Final = 100
"""Most messages of one channel; Discord gives so many at once."""
AGAIN_S: Final = (2.0, 10.0, 30.0, 60.0)
"""Pauses between tries while Discord or the database do not answer."""


class MissedMessages:
    """Remembers when Discord was last heard, and reads what came since. Used from one event loop."""

    def __init__(self, bot: BotCore) -> None:
        self._bot = bot
        self._whole = False
        """Whether everything up to now was heard."""
        self._since: float | None = None
        """Where that is not so, from when on; None for the stored moment."""
        self._replay = False
        """Whether Discord sends again what is missing, should the session be resumed."""
        self._reading = False
        self._noted = 0.0
        self._loop = tasks.loop(seconds=NOTE_EVERY_S)(self.remember)

    def start(self) -> None:
        """Begins to remember."""
        self._loop.start()

    def stop(self) -> None:
        """Ends; what is stored counts at the next start."""
        self._loop.cancel()

    async def remember(self) -> None:
        """Stores until when everything was heard."""
        heard = self._bot.heard_at
        if self._whole and heard > self._noted:
            with suppress(DbError):  # the next time
                await self._bot.in_thread(set_state, self._bot.db, HEARD, f"{heard:.3f}")
                self._noted = heard

    def lost(self) -> None:
        """The connection broke: from here on something may be missing."""
        if self._whole:
            self._whole, self._since, self._replay = False, self._bot.heard_at, True

    def resumed(self) -> None:
        """Discord sent again what was missed."""
        if self._replay:
            self._whole, self._since, self._replay = True, None, False

    async def catch_up(self) -> None:
        """After the start of a session: takes what came in between, trying again until it could be read."""
        self._replay = False
        if self._reading:
            return
        self._reading = True
        try:
            for pause_s in chain(AGAIN_S, repeat(AGAIN_S[-1])):
                try:
                    await self._read_all()
                    self._whole, self._since = True, None
                    return
                except (DbError, discord.HTTPException, aiohttp.ClientError, OSError) as error:
                    log.warning("missed messages could not be read", extra={"error": type(error).__name__})
                await asyncio.sleep(pause_s)
        finally:
            self._reading = False

    async def _read_all(self) -> None:
        bot = self._bot
        if self._since is None:
            stored = await bot.in_thread(get_state, bot.db, HEARD)
            if stored is None:  # the first start: nobody wrote before
                return
            self._since = float(stored)
        since = max(self._since - OVERLAP_S, time.time() - LONGEST_S)
        found = 0
        for channel_id in await bot.in_thread(dm_channels, bot.db):
            try:
                found += await self._read(channel_id, since)
            except discord.HTTPException as refused:
                if passes(refused):
                    raise
        if found:
            log.info("missed messages are taken in", extra={"rows": found})

    async def _read(self, channel_id: int, since: float) -> int:
        """Hands on what nobody answered there; how many messages that were."""
        bot = self._bot
        messages = await bot.outbox.history(channel_id, datetime.fromtimestamp(since, UTC), PER_CHANNEL)
        own = 0 if bot.user is None else bot.user.id
        answered = {one.reference.message_id for one in messages if one.author.id == own and one.reference is not None}
        theirs = [one for one in messages if not one.author.bot and one.id not in answered]
        accepted = await bot.in_thread(accepted_messages, bot.db, [one.id for one in theirs]) if theirs else set()
        missed = [one for one in theirs if one.id not in accepted]
        for message in missed:
            bot.dispatch("message", message)
        return len(missed)
