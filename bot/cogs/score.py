"""`/score`, and Score review in the menu of a message."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.autocomplete import a_film
from bot.core import BotCore
from bot.delivery.responses import answer, defer
from bot.permissions import wants_share
from bot.services.incoming import read_message
from bot.services.questions import files_question
from bot.services.single_reviews import score_for
from bot.services.text_files import read_text, with_caption
from common.errors import UserError
from common.i18n import tr
from common.text_file import is_pasted


class Score(commands.Cog):
    """One review, one verdict."""

    def __init__(self, bot: BotCore) -> None:
        self.bot = bot
        self.menu = app_commands.ContextMenu(name="Score review", callback=self.score_message)
        bot.tree.add_command(self.menu)

    async def cog_unload(self) -> None:
        """Takes the menu entry out again."""
        self.bot.tree.remove_command(self.menu.name, type=self.menu.type)

    @app_commands.command(description="Says whether a film review is positive or negative, how sure it is and why")
    @app_commands.describe(
        text="The review", film="The film it is about", share="Show the verdict to everyone in the channel"
    )
    @app_commands.autocomplete(film=a_film)
    async def score(
        self,
        interaction: discord.Interaction[Any],
        text: str,
        film: app_commands.Range[str, 1, 200] | None = None,
        share: bool | None = None,
    ) -> None:
        """Answers with a verdict card."""
        await score_for(interaction, text, share=await wants_share(self.bot, interaction, share), film=film)

    async def score_message(self, interaction: discord.Interaction[Any], message: discord.Message) -> None:
        """A private verdict on a message's text, or the question whether to score its files."""
        received = read_message(message)
        place = (message.channel.id, message.id)
        if received.text and not any(is_pasted(one.filename) for one in received.files):
            await score_for(interaction, received.text, target=place)
            return
        files = received.readable
        if files:
            await defer(interaction)
        if len(files) == 1:
            read = await read_text(self.bot, files[0], place)
            if read.shape == "review":
                await score_for(interaction, with_caption(received.text, read.text), target=place)
                return
        if not files:
            raise UserError(tr("That message has neither text nor a file of reviews. Choose one that has."))
        card = await files_question(self.bot, interaction.user.id, message, files)
        await answer(interaction, card)


async def setup(bot: BotCore) -> None:
    """Loads the cog."""
    await bot.add_cog(Score(bot))
