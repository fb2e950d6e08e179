"""Presses of the examples under a greeting."""

from __future__ import annotations

from bot.cards.greeting import EXAMPLES
from bot.components import ids
from bot.core import BotCore
from bot.handlers.base import NumberButtonHandler, Press
from bot.services.single_reviews import score_for
from common.errors import UserError
from common.i18n import tr


class ExampleButton(NumberButtonHandler, custom_id=ids.EXAMPLE):
    """Scores an example, for whoever pressed it."""

    async def press(self, interaction: Press, bot: BotCore) -> None:
        """Answers with the verdict card, privately."""
        if not 1 <= self.number <= len(EXAMPLES):
            raise UserError(tr("This has expired. Send a review instead."))
        await score_for(interaction, EXAMPLES[self.number - 1])
