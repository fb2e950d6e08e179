"""The button under the question of `/privacy delete`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord

from bot.cards.base import Card
from bot.handlers.base import NumberButton, Press
from common.errors import UserError
from common.i18n import mark, tr
from db.privacy.erase import erase_user

if TYPE_CHECKING:
    from bot.client import ReelfeelBot


class ForgetButton(NumberButton, template=r"privacy:forget:(?P<id>\d{1,20})"):
    """Deletes everything about one user; its number is that user's id, and only their press does anything."""

    prefix = "privacy:forget"
    text = mark("Delete everything")
    style = discord.ButtonStyle.danger

    async def press(self, interaction: Press, bot: ReelfeelBot) -> None:
        """Deletes in SQL, says what went, and has the bot's own messages taken away."""
        from bot.cards.privacy import forgotten_card

        if interaction.user.id != self.number:
            raise UserError(tr("This button is not yours: `/privacy delete` gives you your own."))
        await interaction.response.defer()
        # The question goes first: a second press while this one is at work would find nothing to say.
        await interaction.edit_original_response(**Card(tr("Deleting …")).for_edit())
        try:
            gone = await bot.in_thread(erase_user, bot.db, bot.viewer(interaction))
        except Exception:
            await interaction.edit_original_response(**Card(tr("Nothing was deleted.")).for_edit())
            raise
        await interaction.edit_original_response(**forgotten_card(gone).for_edit())
        bot.cleaner.wake()
