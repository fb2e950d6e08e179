"""Takes away the bot's own messages that show what was deleted; which ones stands in SQL, so a restart forgets none."""

from __future__ import annotations

import logging
from typing import Final

import aiohttp
import discord
from discord.ext import tasks

from bot.core import BotCore
from bot.delivery.outbox import GONE
from bot.errors.table import note
from db.delivery.message_deletions import due_deletions, finish_deletion, retry_later

log = logging.getLogger(__name__)

AT_ONCE: Final = 20
"""Messages of one round; the outbox paces them."""


class MessageCleaner:
    """Deletes what is due, every few seconds and whenever it is poked."""

    def __init__(self, bot: BotCore, *, every_s: float = 10.0) -> None:
        self._bot = bot
        self._loop = tasks.loop(seconds=every_s)(self._round_safely)
        self._busy = False

    def start(self) -> None:
        """Begins."""
        self._loop.start()

    def stop(self) -> None:
        """Ends; what is left stands in SQL."""
        self._loop.cancel()

    def wake(self) -> None:
        """Looks now."""
        self._bot.start_task(self._round_safely(), "cleaner")

    async def _round_safely(self) -> None:
        if self._busy or self._bot.stopping:
            return
        self._busy = True
        try:
            while await self._round():
                pass
        except Exception as error:
            note(error, "deleting messages")
        finally:
            self._busy = False

    async def _round(self) -> bool:
        """Deletes up to `AT_ONCE` messages; whether there may be more."""
        bot = self._bot
        doomed = await bot.in_thread(due_deletions, bot.db, limit=AT_ONCE)
        for one in doomed:
            try:
                await bot.outbox.delete(one.channel_id, one.message_id)
            except GONE:
                log.info("message of a deleted job is out of reach")
            except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
                log.warning("a message could not be deleted (%s)", type(error).__name__)
                await bot.in_thread(retry_later, bot.db, one)
                continue
            await bot.in_thread(finish_deletion, bot.db, one)
        return len(doomed) == AT_ONCE and not bot.stopping
