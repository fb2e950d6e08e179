"""Buttons under pages: Previous, Next, and Export CSV under results."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, Self

import discord

from bot.handlers.base import Press, guarded
from common.i18n import mark, tr

if TYPE_CHECKING:
    from bot.client import ReelfeelBot

LABELS: Final = {"previous": (mark("Previous"), "◀️"), "next": (mark("Next"), "▶️")}


class PageButton(
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"page:(?P<way>previous|next):(?P<key>[0-9a-f]{16}):(?P<page>\d{1,9})",
):
    """Leads to one page of a list."""

    def __init__(self, way: str, key: str, page: int, *, enabled: bool = True) -> None:
        """`way`: previous or next; `key`: of the continuation; `page`: where it leads, from 1."""
        self.key = key
        self.page = page
        label, sign = LABELS[way]
        super().__init__(
            discord.ui.Button(label=tr(label), emoji=sign, custom_id=f"page:{way}:{key}:{page}", disabled=not enabled)
        )

    @classmethod
    async def from_custom_id(cls, interaction: Press, item: discord.ui.Item[Any], match: re.Match[str], /) -> Self:
        """The button that was pressed."""
        return cls(match["way"], match["key"], int(match["page"]))

    async def callback(self, interaction: Press) -> None:
        """Turns to the page."""
        await guarded(interaction, "page", self.press)

    async def press(self, interaction: Press, bot: ReelfeelBot) -> None:
        """Turns to the page."""
        from bot.services.pages import turn

        await turn(interaction, self.key, self.page)


class ExportButton(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"page:export:(?P<key>[0-9a-f]{16})"):
    """Gives all that a search finds as a CSV file, privately."""

    def __init__(self, key: str) -> None:
        """`key`: of the continuation with the search."""
        self.key = key
        super().__init__(discord.ui.Button(label=tr("Export CSV"), emoji="📄", custom_id=f"page:export:{key}"))

    @classmethod
    async def from_custom_id(cls, interaction: Press, item: discord.ui.Item[Any], match: re.Match[str], /) -> Self:
        """The button that was pressed."""
        return cls(match["key"])

    async def callback(self, interaction: Press) -> None:
        """Exports."""
        await guarded(interaction, "page:export", self.press)

    async def press(self, interaction: Press, bot: ReelfeelBot) -> None:
        """Exports."""
        from bot.services.exports import export_search

        await export_search(interaction, self.key)
