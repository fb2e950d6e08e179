"""`/score`, and Score review in the menu of a message."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.batches import batch_for
from bot.buttons.base import buttons_view
from bot.buttons.job import AgainButton
from bot.cards.base import Card, one_line
from bot.client import ReelfeelBot
from bot.errors import UserError
from bot.intake import FileRequest, accept_file
from bot.verdicts import origin_of, score_for
from worker.names import is_review_file


class Score(commands.Cog):
    """One review, one verdict."""

    def __init__(self, bot: ReelfeelBot) -> None:
        self.bot = bot
        self.menu = app_commands.ContextMenu(name="Score review", callback=self.score_message)
        bot.tree.add_command(self.menu)

    async def cog_unload(self) -> None:
        """Takes the menu entry out again."""
        self.bot.tree.remove_command(self.menu.name, type=self.menu.type)

    @app_commands.command(description="Says how a film review feels, how sure it is and why")
    @app_commands.describe(
        text="The review", film="The film it is about", share="Show the verdict to everybody in the channel"
    )
    async def score(
        self,
        interaction: discord.Interaction[Any],
        text: str,
        film: app_commands.Range[str, 1, 200] | None = None,
        share: bool = False,
    ) -> None:
        """Answers with a verdict card."""
        await score_for(interaction, text, share=share, film=film)

    async def score_message(self, interaction: discord.Interaction[Any], message: discord.Message) -> None:
        """A private verdict on a message's text, or the question whether to score its files."""
        if message.content.strip():
            await score_for(interaction, message.content)
            return
        files = [one for one in message.attachments if is_review_file(one.filename)]
        if not files:
            raise UserError("That message has neither text nor a file of reviews: pick one that has.")
        key = self.bot.offers.add(interaction.user.id, _scorer_of(files))
        names = "\n".join(f"- {one_line(one.filename, 80)}" for one in files)
        what = "this file" if len(files) == 1 else f"these {len(files)} files"
        view = buttons_view(AgainButton(key, f"Score {what}"))
        await interaction.response.send_message(
            ephemeral=True, **Card(f"That message has no text, but {what}:\n{names}", view=view).for_send()
        )


def _scorer_of(files: list[discord.Attachment]) -> Any:
    async def accept(pressed: discord.Interaction[Any]) -> None:
        origin = origin_of(pressed, share=False)
        if len(files) == 1:
            await batch_for(pressed, FileRequest(files[0], origin))
            return
        for part, attachment in enumerate(files):
            await accept_file(pressed.client, FileRequest(attachment, origin, part), again=True)
        pressed.client.notifier.poke()
        await pressed.edit_original_response(
            content=f"{len(files)} files are accepted: their cards come as direct messages, `/jobs list` has them too.",
            view=None,
        )

    return accept


async def setup(bot: ReelfeelBot) -> None:
    """Loads the cog."""
    await bot.add_cog(Score(bot))
