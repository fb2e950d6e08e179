"""How every menu looks: its words, its choices and its custom_id. What a choice does: `bot.handlers.menus`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import discord

from bot.components import ids
from common.i18n import tr

Select = discord.ui.Select[Any]

MOST_CHOICES: Final = 25
"""Choices that Discord shows in one menu, and under an option while it is typed."""
CHOICE_CHARS: Final = 100
"""Characters of one choice."""


def column_menu(job_id: int, columns: Sequence[str]) -> Select:
    """Asks which column holds the reviews; the first 25 are offered.

    Values are positions: names can be longer than Discord allows.
    """
    options = [
        discord.SelectOption(
            label=(name.strip() or tr("(column {number})", number=place + 1))[:CHOICE_CHARS], value=str(place)
        )
        for place, name in enumerate(columns[:MOST_CHOICES])
    ]
    return Select(custom_id=ids.COLUMN.of(job_id), placeholder=tr("Which column holds the reviews?"), options=options)


def file_menu(job_id: int, paths: Sequence[str]) -> Select:
    """Asks which file of an archive is meant; the first 25 are offered. Values are positions."""
    return Select(
        custom_id=ids.COLUMN.of(job_id),
        placeholder=tr("Which file holds the reviews?"),
        options=[
            discord.SelectOption(label=path[-CHOICE_CHARS:], value=str(place))
            for place, path in enumerate(paths[:MOST_CHOICES])
        ],
    )


def reread_menu(job_id: int, columns: Sequence[str], read: str | None) -> Select:
    """Offers to read another column than `read` of a file that is scored; values are positions."""
    options = [
        discord.SelectOption(
            label=(name.strip() or tr("(column {number})", number=place + 1))[:CHOICE_CHARS], value=str(place)
        )
        for place, name in enumerate(columns[:MOST_CHOICES])
        if name != read
    ]
    placeholder = tr("Wrong column? Score another one")
    return Select(custom_id=ids.REREAD.of(job_id), placeholder=placeholder, options=options)


def result_menu(options: Sequence[discord.SelectOption]) -> Select:
    """Picks one of the verdicts that a search found; the values are their numbers."""
    return Select(
        custom_id=ids.PICK_RESULT.of(), placeholder=tr("Show one in full"), options=list(options[:MOST_CHOICES])
    )


def job_menu(options: Sequence[discord.SelectOption]) -> Select:
    """Picks one of the jobs on a list; the values are their numbers."""
    return Select(
        custom_id=ids.PICK_JOB.of(),
        placeholder=tr("Show one with its buttons"),
        options=list(options[:MOST_CHOICES]),
    )
