"""What all handlers of buttons and menus share. A handler is found by the custom_id, so it works after a restart.

Who may press is decided in SQL: every handler asks the database with the presser as viewer, so somebody else's button
answers with the words of a number that does not exist.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar, Self

import discord

from bot.components import ids
from bot.components.ids import CustomId
from bot.core import BotCore
from bot.delivery.error_replies import report
from bot.delivery.responses import watch
from bot.door import check_blocked, note_asker
from common.errors import UserError
from common.i18n import set_locale, tr

Press = discord.Interaction[Any]
_NO_ITEM = re.compile(r"reelfeel:never")
"""Of the classes that stand for no button."""
NEVER_BLOCKED = frozenset({ids.FORGET.name})
"""The button of `/privacy delete`, which everybody may use."""


class _Handler(discord.ui.DynamicItem[Any], template=_NO_ITEM):
    """What a press does. Subclasses name the custom_id and write `press`; the looks are those of the message."""

    custom_id_kind: ClassVar[CustomId]

    def __init__(self, item: discord.ui.Item[Any], values: dict[str, str]) -> None:
        """`item`: as it stands in the message; `values`: of its custom_id."""
        super().__init__(item)
        self.values = values

    def __init_subclass__(cls, *, custom_id: CustomId | None = None) -> None:
        """`custom_id`: whose presses the class handles."""
        if custom_id is not None:
            cls.custom_id_kind = custom_id
        super().__init_subclass__(template=_NO_ITEM if custom_id is None else custom_id.pattern)

    @classmethod
    async def from_custom_id(cls, interaction: Press, item: discord.ui.Item[Any], match: re.Match[str], /) -> Self:
        """The handler of the item that was pressed."""
        return cls(item, match.groupdict())

    async def callback(self, interaction: Press) -> None:
        """Presses, and shows an error of the table instead of losing it in the log."""
        await guarded(interaction, self.custom_id_kind.name, self.press)

    async def press(self, interaction: Press, bot: BotCore) -> None:
        """What the press does."""
        raise NotImplementedError


class ButtonHandler(_Handler):
    """What a press of a button does."""


class NumberButtonHandler(ButtonHandler):
    """What a press of a button about one job, result or user does."""

    @property
    def number(self) -> int:
        """The id in the custom_id."""
        return int(self.values["id"])


class KeyButtonHandler(ButtonHandler):
    """What a press of a button about a continuation does."""

    @property
    def key(self) -> str:
        """Of the continuation."""
        return self.values["key"]


class MenuHandler(_Handler):
    """What a choice from a menu does."""

    @property
    def choice(self) -> int:
        """The number that was picked."""
        return int(self.item.values[0])


async def guarded(interaction: Press, name: str, press: Callable[[Press, BotCore], Awaitable[None]]) -> None:
    """Runs `press(interaction, bot)`; errors become a private sentence."""
    bot: BotCore = interaction.client
    set_locale(interaction.locale)
    watch(interaction)
    try:
        if bot.stopping:
            raise UserError(tr("The bot is restarting: press again in a minute."))
        note_asker(interaction)
        if name not in NEVER_BLOCKED:
            await check_blocked(bot, interaction)
        await press(interaction, bot)
    except Exception as error:
        await report(interaction, error, doing=name)
