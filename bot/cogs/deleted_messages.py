"""Messages that people delete: what was scored of them goes, and the bot's answers too.

Discord tells the id of a deleted message and nothing else, without any privileged intent; also of messages from before
a restart, but not of those deleted while the bot was away.
"""

from __future__ import annotations

from collections.abc import Sequence

import discord
from discord.ext import commands

from bot.core import BotCore
from db.privacy.deleted_sources import delete_sources


class DeletedMessages(commands.Cog):
    """Deletes what came of a message, by its id."""

    def __init__(self, bot: BotCore) -> None:
        self.bot = bot

    @commands.Cog.listener()
    async def on_raw_message_delete(self, event: discord.RawMessageDeleteEvent) -> None:
        """One message."""
        await self._forget([event.message_id])

    @commands.Cog.listener()
    async def on_raw_bulk_message_delete(self, event: discord.RawBulkMessageDeleteEvent) -> None:
        """Many at once, by a moderator."""
        await self._forget(sorted(event.message_ids))

    async def _forget(self, message_ids: Sequence[int]) -> None:
        # Before the first wait: a message that is being taken in at this moment looks here when it was stored.
        self.bot.deleted_messages.extend(message_ids)
        if await self.bot.in_thread(delete_sources, self.bot.db, message_ids):
            self.bot.note_deletion()


async def setup(bot: BotCore) -> None:
    """Loads the cog."""
    await bot.add_cog(DeletedMessages(bot))
