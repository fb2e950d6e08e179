"""The press of the button under the question of `/privacy delete`."""

from __future__ import annotations

from typing import Final

from bot.cards.base import Card
from bot.cards.privacy import forgotten_card
from bot.components import ids
from bot.core import BotCore
from bot.delivery.responses import answer
from bot.handlers.base import NumberButtonHandler, Press
from common.errors import UserError
from common.i18n import mark, tr
from db.errors import JobsRunning
from db.privacy.erase import erase_user, is_requested
from db.types import Viewer

NOTHING: Final = mark("Nothing was deleted.")
GOES_ON: Final = mark(
    "The deletion has begun and broke off. What is left is deleted within two hours, without you doing anything."
)
UNKNOWN: Final = mark("I could not find out what was deleted. `/privacy show` tells you what is still kept.")


class ForgetButton(NumberButtonHandler, custom_id=ids.FORGET):
    """Deletes everything about one user; its number is that user's id, and only their press does anything."""

    async def press(self, interaction: Press, bot: BotCore) -> None:
        """Deletes in SQL, says what went, and has the bot's own messages taken away."""
        if interaction.user.id != self.number:
            raise UserError(tr("This button is someone else's. `/privacy delete` gives you your own."))
        await interaction.response.defer()
        # The question goes first: a second press while this one is at work would find nothing to say.
        await answer(interaction, Card(tr("Deleting …")))
        try:
            erased = await bot.in_thread(erase_user, bot.db, bot.viewer(interaction))
        except Exception as error:
            bot.note_deletion(self.number)  # it may have begun
            shown = await _what_happened(bot, bot.viewer(interaction), error)
            await answer(interaction, Card(shown))
            raise
        bot.note_deletion(self.number)
        await answer(interaction, forgotten_card(erased))


async def _what_happened(bot: BotCore, viewer: Viewer, error: Exception) -> str:
    """What to say of a deletion that broke off: that nothing was deleted only where that is so."""
    if isinstance(error, JobsRunning):
        return tr(NOTHING)
    try:
        begun = await bot.in_thread(is_requested, bot.db, viewer)
    except Exception:
        return tr(UNKNOWN)
    return tr(GOES_ON) if begun else tr(NOTHING)
