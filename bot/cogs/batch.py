"""`/batch`: a file of reviews."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.batches import batch_for
from bot.client import ReelfeelBot
from bot.intake import FileRequest, check_file
from bot.verdicts import origin_of

Column = app_commands.Range[str, 1, 200]


class Batch(commands.Cog):
    """Files. The form `/upload` takes its place here when it comes."""

    def __init__(self, bot: ReelfeelBot) -> None:
        self.bot = bot

    @app_commands.command(description="Scores a file of film reviews: CSV, TSV, TXT, JSON, Parquet or Excel")
    @app_commands.describe(
        file="CSV, TSV, TXT, JSONL, JSON, Parquet or XLSX, also as .gz, .zst or .zip",
        text_column="The column with the reviews, when it is not found by itself",
        film_column="The column with the film",
        date_column="The column with the day of the review",
        share="Show the job to everybody in the channel",
    )
    async def batch(
        self,
        interaction: discord.Interaction[Any],
        file: discord.Attachment,
        text_column: Column | None = None,
        film_column: Column | None = None,
        date_column: Column | None = None,
        share: bool = False,
    ) -> None:
        """Answers with where the job card stands."""
        check_file(file.filename, file.size, self.bot.settings)
        await interaction.response.defer(ephemeral=True, thinking=True)
        origin = origin_of(interaction, share=share)
        await batch_for(interaction, FileRequest(file, origin, 0, text_column, film_column, date_column))


async def setup(bot: ReelfeelBot) -> None:
    """Loads the cog."""
    await bot.add_cog(Batch(bot))
