"""`/privacy show | export | delete`: what is kept about the caller, wherever it came from."""

from __future__ import annotations

from tempfile import TemporaryFile
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.cards.privacy import ask_card, kept_card
from bot.core import BotCore
from bot.delivery.responses import answer, defer
from bot.services.privacy_export import MAX_PARTS, send_export
from db.errors import JobsRunning
from db.privacy.erase import stored_data
from db.privacy.export import write_data_export


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
        viewer, most = self.bot.viewer(interaction), limit * MAX_PARTS
        with TemporaryFile() as packed:
            taken = await self.bot.in_thread(write_data_export, self.bot.db, viewer, packed, max_bytes=most)
            await send_export(interaction, packed, taken, limit)

    @app_commands.command()
    async def delete(self, interaction: discord.Interaction[Any]) -> None:
        """Deletes everything that is kept about you, after you confirm."""
        await defer(interaction)
        stored = await self.bot.in_thread(stored_data, self.bot.db, self.bot.viewer(interaction))
        if stored.running:
            raise JobsRunning(stored.running)
        await answer(interaction, ask_card(stored, interaction.user.id))


async def setup(bot: BotCore) -> None:
    """Called by discord.py when the extension is loaded."""
    await bot.add_cog(Privacy(bot))
