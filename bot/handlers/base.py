"""What all persistent buttons share. They live in their custom_id, so they work after a restart of the bot.

Who may press is decided in SQL: every callback asks the database with the presser as viewer, so somebody else's button
answers with the words of a number that does not exist.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar, Self

import discord

from bot.errors.table import report
from common.errors import UserError
from common.i18n import set_locale, tr

if TYPE_CHECKING:
    from bot.client import ReelfeelBot

Press = discord.Interaction[Any]


class NumberButton(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"reelfeel:never:(?P<id>\d+)"):
    """A button about one job or result, `PREFIX:ID`. Subclasses set the looks and write `press`."""

    prefix: ClassVar[str]
    text: ClassVar[str]
    style: ClassVar[discord.ButtonStyle] = discord.ButtonStyle.secondary

    def __init__(self, number: int) -> None:
        """`number`: the id of the job or result."""
        self.number = number
        super().__init__(discord.ui.Button(label=tr(self.text), style=self.style, custom_id=f"{self.prefix}:{number}"))

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Derives the pattern from the prefix."""
        kwargs.setdefault("template", rf"{re.escape(cls.prefix)}:(?P<id>\d{{1,18}})")
        super().__init_subclass__(**kwargs)

    @classmethod
    async def from_custom_id(cls, interaction: Press, item: discord.ui.Item[Any], match: re.Match[str], /) -> Self:
        """The button that was pressed."""
        return cls(int(match["id"]))

    async def callback(self, interaction: Press) -> None:
        """Presses, and shows an error of the table instead of losing it in the log."""
        await guarded(interaction, self.prefix, self.press)

    async def press(self, interaction: Press, bot: ReelfeelBot) -> None:
        """What the button does."""
        raise NotImplementedError


async def guarded(interaction: Press, name: str, press: Any) -> None:
    """Runs `press(interaction, bot)`; errors become a private sentence."""
    from bot.delivery.responses import watch

    bot: ReelfeelBot = interaction.client
    set_locale(interaction.locale)
    watch(interaction)
    try:
        if bot.stopping:
            raise UserError(tr("The bot is restarting: press again in a minute."))
        await press(interaction, bot)
    except Exception as error:
        await report(interaction, error, doing=name)


def buttons_view(*items: discord.ui.Item[Any]) -> discord.ui.View:
    """A view without a timeout that holds these items.

    Of dynamic items alone it is stopped at once: a press finds its item by the custom_id, and discord.py would keep a
    view that runs in its memory for as long as the bot lives.
    """
    view = discord.ui.View(timeout=None)
    for item in items:
        view.add_item(item)
    if all(isinstance(item, discord.ui.DynamicItem) for item in items):
        view.stop()
    return view
