"""`/help`, `/about` and `/status`: what to type, what the model can do and cannot, and how busy the workers are."""

from __future__ import annotations

import asyncio
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final

import discord
from discord import app_commands
from discord.ext import commands

from bot.cards.base import Card
from bot.cards.info import Topic, about_embed, help_embed, read_facts
from bot.cards.status import away_embed, status_embed
from bot.core import BotCore
from bot.delivery.responses import answer, defer
from bot.errors.table import note
from db.errors import DbError
from db.operations.overview import overview

PATIENCE_S: Final = 5.0
"""Longest that `/status` waits for the database, which may be what is wrong."""


class Info(commands.Cog):
    """Commands about the bot itself."""

    def __init__(self, bot: BotCore) -> None:
        self.bot = bot

    @app_commands.command()
    async def about(self, interaction: discord.Interaction[Any]) -> None:
        """The model: accuracy, calibration, limits, version."""
        await defer(interaction)
        facts = await self.bot.in_thread(read_facts, self.bot.settings.model_dir)
        card = Card(embed=about_embed(facts, version=program_version()))
        await answer(interaction, card)

    @app_commands.command()
    async def status(self, interaction: discord.Interaction[Any]) -> None:
        """The queue, the speed, and whether scoring is working."""
        await defer(interaction)
        try:
            async with asyncio.timeout(PATIENCE_S):
                embed = status_embed(await self.bot.in_thread(overview, self.bot.db))
        except (DbError, TimeoutError) as error:
            note(error, "/status")
            embed = away_embed()
        await answer(interaction, Card(embed=embed))

    @app_commands.command()
    @app_commands.describe(topic="What you want to know about")
    async def help(self, interaction: discord.Interaction[Any], topic: Topic = "start") -> None:
        """What I do and what to type, with examples."""
        name = self.bot.user.name if self.bot.user else "Reelfeel"
        card = Card(embed=help_embed(topic, self.bot.settings, bot_name=name))
        await interaction.response.send_message(**card.for_send(), ephemeral=True)


def program_version() -> str:
    """The installed version of Reelfeel; `unreleased` when it runs from a folder that is not installed."""
    try:
        return version("reelfeel")
    except PackageNotFoundError:
        return "unreleased"


async def setup(bot: BotCore) -> None:
    """Called by discord.py when the extension is loaded."""
    await bot.add_cog(Info(bot))
