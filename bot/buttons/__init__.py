"""Every persistent button, registered when the bot starts."""

from __future__ import annotations

from typing import Any

import discord

from bot.buttons.job import AgainButton, CancelButton, ColumnSelect, FilesButton, RetryButton, ReuseButton
from bot.buttons.page import ExportButton, PageButton
from bot.buttons.pick import JobMenu, ResultMenu
from bot.buttons.privacy import ForgetButton
from bot.buttons.result import DeleteButton, DetailsButton, WrongButton

BUTTONS: tuple[type[discord.ui.DynamicItem[Any]], ...] = (
    CancelButton,
    RetryButton,
    ColumnSelect,
    ReuseButton,
    AgainButton,
    FilesButton,
    PageButton,
    ExportButton,
    DetailsButton,
    WrongButton,
    DeleteButton,
    ForgetButton,
    ResultMenu,
    JobMenu,
)
