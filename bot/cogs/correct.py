"""`/correct`, and the form that Wrong? opens."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.autocomplete import Number
from bot.cards.correction import CHOICES
from bot.core import BotCore
from bot.handlers.base import guarded
from bot.handlers.correction_form import store, submitted
from db.queries.corrections import NOTE_CHARS


class Correct(commands.Cog):
    """What a person says a verdict should have been."""

    def __init__(self, bot: BotCore) -> None:
        self.bot = bot

    @app_commands.command()
    @app_commands.describe(
        id="Number of the result, as shown under the verdict",
        label="What the review really is",
        note="Why; kept with the verdict until the review's text is deleted",
    )
    @app_commands.choices(label=[app_commands.Choice(name=words, value=label) for label, words in CHOICES.items()])
    async def correct(
        self,
        interaction: discord.Interaction[Any],
        id: Number,
        label: str,
        note: app_commands.Range[str, 1, NOTE_CHARS] | None = None,
    ) -> None:
        """Says what a verdict should have been; it measures quality and never trains a model."""
        await store(interaction, id, label, note)

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """A correction form that was sent, whichever process of the bot showed it."""
        sent = submitted(interaction)
        if sent is None:
            return
        result_id, values = sent

        async def take(pressed: discord.Interaction[Any], bot: BotCore) -> None:
            await store(pressed, result_id, values.get("label", ""), values.get("note") or None)

        await guarded(interaction, "result:correction", take)


async def setup(bot: BotCore) -> None:
    """Called by discord.py when the extension is loaded."""
    await bot.add_cog(Correct(bot))
