"""Menus under lists: one of the results or jobs on the page, in full. Only for the one who picks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self

import discord

from bot.cards.base import Card
from bot.delivery.responses import answer, defer
from bot.handlers.base import Press, guarded
from common.i18n import mark, tr

if TYPE_CHECKING:
    from bot.client import ReelfeelBot

MOST: Final = 25
"""Choices in one menu of Discord's."""


class Menu(discord.ui.DynamicItem[discord.ui.Select[Any]], template=r"reelfeel:never:pick"):
    """A menu of numbers with a line about each. Subclasses say what is shown of the one that is picked."""

    custom: ClassVar[str]
    text: ClassVar[str]

    def __init__(self, options: Sequence[discord.SelectOption] = ()) -> None:
        """`options`: at most 25, their values the numbers of results or jobs."""
        super().__init__(
            discord.ui.Select(
                custom_id=self.custom,
                placeholder=tr(self.text),
                options=list(options[:MOST]) or [discord.SelectOption(label="-", value="0")],
            )
        )

    @classmethod
    async def from_custom_id(cls, interaction: Press, item: discord.ui.Item[Any], match: re.Match[str], /) -> Self:
        """The menu that was used; the choice itself comes with the interaction."""
        return cls()

    async def callback(self, interaction: Press) -> None:
        """Shows what was picked."""
        await guarded(interaction, self.custom, self.press)

    async def press(self, interaction: Press, bot: ReelfeelBot) -> None:
        """Answers with the card, privately; the list stays."""
        await defer(interaction)
        await answer(interaction, await self.card(interaction, bot, int(self.item.values[0])))

    async def card(self, interaction: Press, bot: ReelfeelBot, number: int) -> Card:
        """The card of a number. Raises db.errors.NotFound, for somebody else's in the same words."""
        raise NotImplementedError


class ResultMenu(Menu, template=r"result:pick"):
    """One of the verdicts that a search found."""

    custom = "result:pick"
    text = mark("Show one in full")

    async def card(self, interaction: Press, bot: ReelfeelBot, number: int) -> Card:
        """As `/results show` shows it."""
        from bot.cogs.results import full_card

        return await full_card(bot, bot.viewer(interaction), number)


class JobMenu(Menu, template=r"job:pick"):
    """One of the jobs on a list."""

    custom = "job:pick"
    text = mark("Show one with its buttons")

    async def card(self, interaction: Press, bot: ReelfeelBot, number: int) -> Card:
        """As `/jobs status` shows it."""
        from bot.cogs.jobs import status_card

        return await status_card(bot, bot.viewer(interaction), number)
