"""Presses of the buttons under pages: Previous, Next, and Export CSV under results."""

from __future__ import annotations

from typing import Final

from bot.components import ids
from bot.core import BotCore
from bot.handlers.base import KeyButtonHandler, Press
from bot.services.exports import export_search
from bot.services.lookups import JOBS, RESULTS
from bot.services.pages import PagedList, turn

LISTINGS: Final[tuple[PagedList, ...]] = (JOBS, RESULTS)
"""Every list that has pages."""


class PageButton(KeyButtonHandler, custom_id=ids.PAGE):
    """Leads to one page of a list."""

    async def press(self, interaction: Press, bot: BotCore) -> None:
        """Turns to the page."""
        await turn(interaction, self.key, int(self.values["page"]), LISTINGS)


class ExportButton(KeyButtonHandler, custom_id=ids.EXPORT):
    """Gives all that a search finds as a CSV file, privately."""

    async def press(self, interaction: Press, bot: BotCore) -> None:
        """Exports."""
        await export_search(interaction, self.key)
