"""`/privacy show | export | delete`: what is kept about the caller, wherever it came from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.cards.privacy import ask_card, kept_card
from bot.core import BotCore
from bot.delivery.responses import answer, defer
from bot.pools.heavy_work import DOWNLOADS, MAKING
from bot.pools.spool import SpooledFile
from bot.services.privacy_export import MAX_PARTS, send_export
from db.engine import Database
from db.errors import JobsRunning
from db.privacy.erase import stored_data
from db.privacy.export import write_data_export
from db.privacy.types import DataExport
from db.types import Viewer


class Privacy(commands.GroupCog, group_name="privacy", group_description="What is kept about you"):
    """Every query asks with the caller as owner; replies are private, in every channel."""

    def __init__(self, bot: BotCore) -> None:
        self.bot = bot

    @app_commands.command()
    async def show(self, interaction: discord.Interaction[Any]) -> None:
        """What is kept about you, and when it is deleted."""
        await defer(interaction)
        stored = await self.bot.in_thread(stored_data, self.bot.db, self.bot.viewer(interaction))
        await answer(interaction, kept_card(stored, retention_days=self.bot.settings.retention_days))

    @app_commands.command()
    async def export(self, interaction: discord.Interaction[Any]) -> None:
        """Everything that is kept about you, as a zip."""
        await defer(interaction)
        limit = interaction.filesize_limit
        bot = self.bot
        async with bot.heavy.turn(DOWNLOADS, interaction.user.id) as turn:
            with bot.spool.writing() as path:
                async with turn.within(MAKING):
                    taken = await bot.heavy.in_child(_pack, path, bot.viewer(interaction), limit * MAX_PARTS)
                packed = SpooledFile(path)
            await send_export(interaction, packed, taken, limit)

    @app_commands.command()
    async def delete(self, interaction: discord.Interaction[Any]) -> None:
        """Deletes everything that is kept about you, after you confirm."""
        await defer(interaction)
        stored = await self.bot.in_thread(stored_data, self.bot.db, self.bot.viewer(interaction))
        if stored.running:
            raise JobsRunning(stored.running)
        await answer(interaction, ask_card(stored, interaction.user.id))


def _pack(db: Database, path: Path, viewer: Viewer, limit: int) -> DataExport:
    with path.open("wb") as out:
        return write_data_export(db, viewer, out, max_bytes=limit)


async def setup(bot: BotCore) -> None:
    """Called by discord.py when the extension is loaded."""
    await bot.add_cog(Privacy(bot))
