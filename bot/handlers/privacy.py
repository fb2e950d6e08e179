"""The press of the button under the question of `/privacy delete`."""

from __future__ import annotations

from bot.cards.base import Card
from bot.cards.privacy import forgotten_card
from bot.components import ids
from bot.core import BotCore
from bot.handlers.base import NumberButtonHandler, Press
from common.errors import UserError
from common.i18n import tr
from db.privacy.erase import erase_user


class ForgetButton(NumberButtonHandler, custom_id=ids.FORGET):
    """Deletes everything about one user; its number is that user's id, and only their press does anything."""

    async def press(self, interaction: Press, bot: BotCore) -> None:
        """Deletes in SQL, says what went, and has the bot's own messages taken away."""
        if interaction.user.id != self.number:
            raise UserError(tr("This button is someone else's. `/privacy delete` gives you your own."))
        await interaction.response.defer()
        # The question goes first: a second press while this one is at work would find nothing to say.
        await interaction.edit_original_response(**Card(tr("Deleting …")).for_edit())
        try:
            erased = await bot.in_thread(erase_user, bot.db, bot.viewer(interaction))
        except Exception:
            await interaction.edit_original_response(**Card(tr("Nothing was deleted.")).for_edit())
            raise
        await interaction.edit_original_response(**forgotten_card(erased).for_edit())
        bot.cleaner.wake()
