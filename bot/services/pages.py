"""Pages of a query with Previous and Next, for the one user who asked; they outlive a restart of the bot.

What was asked and where each page starts is a continuation in SQL; a button carries its key and the page it leads to,
so that two quick presses of one button are one page, and a press on an old message is as good as on a new one.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import discord

from bot.cards.base import Card
from bot.components.buttons import page_button
from bot.components.views import buttons_view
from bot.core import BotCore
from bot.delivery.responses import answer
from common.errors import UserError
from common.i18n import mark, tr
from db.delivery import continuations
from db.types import Viewer

KIND: Final = "pages"
CLOSED: Final = mark("This list has expired. Run the command again.")

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
    """A kind of list that has pages; `name` stands in the continuation.

    `load`: (bot, viewer, what was asked, where the page starts, its number from 1) -> the page. `extras`: further
    buttons, from the key of the pages.
    """

    name: str
    load: Callable[[BotCore, Viewer, Asked, Any | None, int], Awaitable[ListPage]]
    extras: Callable[[str], list[discord.ui.Item[Any]]] | None = None


async def open_pages(interaction: discord.Interaction[Any], listing: PagedList, asked: Asked) -> None:
    """Answers a deferred interaction with the first page; without buttons when there is nothing to press."""
    bot: BotCore = interaction.client
    page = await listing.load(bot, bot.viewer(interaction), asked, None, 1)
    card = page.card
    if page.menu is not None:
        card = dataclasses.replace(card, view=buttons_view(page.menu))
    if not page.empty and (page.after is not None or listing.extras is not None):
        starts = [None] if page.after is None else [None, page.after]
        data = {"listing": listing.name, "asked": asked, "starts": starts}
        key = await bot.in_thread(continuations.create, bot.db, interaction.user.id, KIND, data)
        card = dataclasses.replace(card, view=_buttons(listing, key, 1, page))
    await answer(interaction, card)


async def asked_before(interaction: discord.Interaction[Any], key: str) -> dict[str, Any]:
    """The continuation of pages. Raises UserError when it is gone or another user's, in the same words."""
    bot: BotCore = interaction.client
    data = await bot.in_thread(continuations.get, bot.db, interaction.user.id, KIND, key)
    if data is None:
        raise UserError(tr(CLOSED))
    return data


async def turn(interaction: discord.Interaction[Any], key: str, number: int, listings: Sequence[PagedList]) -> None:
    """Shows page `number` (from 1) of one of these lists in the place of another.

    Raises UserError, DbError, discord.HTTPException.
    """
    await interaction.response.defer()
    bot: BotCore = interaction.client
    data = await asked_before(interaction, key)
    starts = data["starts"]
    number = max(1, min(number, len(starts)))
    (listing,) = [one for one in listings if one.name == data["listing"]]
    page = await listing.load(bot, bot.viewer(interaction), data["asked"], starts[number - 1], number)
    if page.after is not None and len(starts) == number:
        data["starts"] = [*starts, page.after]
        await bot.in_thread(continuations.replace, bot.db, interaction.user.id, KIND, key, data)
    await answer(interaction, dataclasses.replace(page.card, view=_buttons(listing, key, number, page)))


def _buttons(listing: PagedList, key: str, number: int, page: ListPage) -> discord.ui.View:
    """The controls of page `number`: its menu, the two ways where there is more than one page, the list's own."""
    buttons: list[discord.ui.Item[Any]] = [] if page.menu is None else [page.menu]
    if number > 1 or page.after is not None:
        buttons += [
            page_button("previous", key, number - 1, enabled=number > 1),
            page_button("next", key, number + 1, enabled=page.after is not None),
        ]
    return buttons_view(*buttons, *(listing.extras(key) if listing.extras is not None else ()))
