"""Pages of a query with Previous and Next, for the one user who asked; they outlive a restart of the bot.

What was asked and where each page starts is a continuation in SQL; a button carries its key and the page it leads to,
so that two quick presses of one button are one page, and a press on an old message is as good as on a new one.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import discord

from bot.cards.base import Card
from bot.delivery.responses import answer
from bot.handlers.base import buttons_view
from bot.handlers.page import PageButton
from common.errors import UserError
from common.i18n import mark, tr
from db.delivery import continuations
from db.types import Viewer

if TYPE_CHECKING:
    from bot.client import ReelfeelBot

KIND: Final = "pages"
CLOSED: Final = mark("These pages are closed: ask again with the command that made them.")

Asked = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page: its card, where the next one starts (None: this is the last), whether anything is on it.

    menu: to pick one of what is on it.
    """

    card: Card
    after: Any | None
    empty: bool = False
    menu: discord.ui.Item[Any] | None = None


@dataclass(frozen=True, slots=True)
class PagedList:
    """A kind of pages. `load`: (bot, viewer, what was asked, where the page starts, its number from 1) -> the page.

    `extras`: further buttons, from the key of the pages.
    """

    load: Callable[[ReelfeelBot, Viewer, Asked, Any | None, int], Awaitable[ListPage]]
    extras: Callable[[str], list[discord.ui.Item[Any]]] | None = None


LISTINGS: Final[dict[str, PagedList]] = {}
"""By name; a cog adds its own when it is imported."""


async def open_pages(interaction: discord.Interaction[Any], listing: str, asked: Asked) -> None:
    """Answers a deferred interaction with the first page; without buttons when there is nothing to press."""
    bot: ReelfeelBot = interaction.client
    kind = LISTINGS[listing]
    sheet = await kind.load(bot, bot.viewer(interaction), asked, None, 1)
    card = sheet.card
    if sheet.menu is not None:
        card = dataclasses.replace(card, view=buttons_view(sheet.menu))
    if not sheet.empty and (sheet.after is not None or kind.extras is not None):
        starts = [None] if sheet.after is None else [None, sheet.after]
        data = {"listing": listing, "asked": asked, "starts": starts}
        key = await bot.in_thread(continuations.create, bot.db, interaction.user.id, KIND, data)
        card = dataclasses.replace(card, view=_buttons(kind, key, 1, sheet))
    await answer(interaction, card)


async def asked_before(interaction: discord.Interaction[Any], key: str) -> dict[str, Any]:
    """The continuation of pages. Raises UserError when it is gone or another user's, in the same words."""
    bot: ReelfeelBot = interaction.client
    data = await bot.in_thread(continuations.get, bot.db, interaction.user.id, KIND, key)
    if data is None:
        raise UserError(tr(CLOSED))
    return data


async def turn(interaction: discord.Interaction[Any], key: str, page: int) -> None:
    """Shows page `page` (from 1) in the place of another. Raises UserError, DbError, discord.HTTPException."""
    await interaction.response.defer()
    bot: ReelfeelBot = interaction.client
    data = await asked_before(interaction, key)
    starts = data["starts"]
    page = max(1, min(page, len(starts)))
    kind = LISTINGS[data["listing"]]
    sheet = await kind.load(bot, bot.viewer(interaction), data["asked"], starts[page - 1], page)
    if sheet.after is not None and len(starts) == page:
        data["starts"] = [*starts, sheet.after]
        await bot.in_thread(continuations.replace, bot.db, interaction.user.id, KIND, key, data)
    await answer(interaction, dataclasses.replace(sheet.card, view=_buttons(kind, key, page, sheet)))


def _buttons(kind: PagedList, key: str, page: int, sheet: ListPage) -> discord.ui.View:
    buttons: list[discord.ui.Item[Any]] = []
    if page > 1 or sheet.after is not None:
        buttons = [
            PageButton("previous", key, page - 1, enabled=page > 1),
            PageButton("next", key, page + 1, enabled=sheet.after is not None),
        ]
    menu = [] if sheet.menu is None else [sheet.menu]
    return buttons_view(*menu, *buttons, *(kind.extras(key) if kind.extras is not None else ()))
