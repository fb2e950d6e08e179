"""What every persistent button and menu does when it is pressed; registered when the bot starts."""

from __future__ import annotations

from typing import Any

import discord

from bot.handlers.greeting import ExampleButton
from bot.handlers.job import (
    AgainButton,
    CancelButton,
    DownloadButton,
    FilesButton,
    NegativesButton,
    ResumeButton,
    ReuseButton,
)
from bot.handlers.menus import ColumnSelect, JobMenu, RereadMenu, ResultMenu
from bot.handlers.page import ExportButton, PageButton
from bot.handlers.privacy import ForgetButton
from bot.handlers.result import DeleteButton, DetailsButton, WrongButton
from bot.handlers.text_file import ReadAsButton

BUTTONS: tuple[type[discord.ui.DynamicItem[Any]], ...] = (
    CancelButton,
    ResumeButton,
    ColumnSelect,
    RereadMenu,
    ReuseButton,
    AgainButton,
    FilesButton,
    NegativesButton,
    DownloadButton,
    ReadAsButton,
    ExampleButton,
    PageButton,
    ExportButton,
    DetailsButton,
    WrongButton,
    DeleteButton,
    ForgetButton,
    ResultMenu,
    JobMenu,
)
