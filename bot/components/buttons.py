"""How every button looks: its words, its colour and its custom_id. What a press does: `bot.handlers`."""

from __future__ import annotations

from typing import Any, Final, Literal

import discord

from bot.components import ids
from bot.components.menus import column_menu, file_menu
from common.i18n import mark, tr
from db.types import JobView

Button = discord.ui.Button[Any]
Way = Literal["previous", "next"]

Reading = Literal["one", "lines"]

READINGS: Final[dict[Reading, str]] = {"one": mark("One review"), "lines": mark("One review per line")}
"""How a text file can be read."""
WAYS: Final[dict[Way, tuple[str, str]]] = {"previous": (mark("Previous"), "◀️"), "next": (mark("Next"), "▶️")}
"""Words and sign of the two ways through pages."""


def cancel_button(job_id: int) -> Button:
    """Stops a job."""
    return Button(label=tr("Cancel"), style=discord.ButtonStyle.danger, custom_id=ids.CANCEL.of(job_id))


def resume_button(job_id: int) -> Button:
    """Goes on with a job that was cancelled or gave up."""
    return Button(label=tr("Resume"), style=discord.ButtonStyle.primary, custom_id=ids.RETRY.of(job_id))


def reuse_button(job_id: int) -> Button:
    """Shows the finished job of the same file."""
    return Button(label=tr("Show that result"), style=discord.ButtonStyle.primary, custom_id=ids.REUSE.of(job_id))


def again_button(key: str) -> Button:
    """Scores a file again; `key`: of the continuation with the question."""
    return Button(label=tr("Score again"), custom_id=ids.AGAIN.of(key))


def files_button(key: str, label: str) -> Button:
    """Scores the files of somebody's message; `key`: of the continuation with the question."""
    return Button(label=label, style=discord.ButtonStyle.primary, custom_id=ids.FILES.of(key))


def read_as_button(reading: Reading, key: str) -> Button:
    """Says how a text file is to be read; `key`: of the continuation with the question."""
    return Button(
        label=tr(READINGS[reading]), style=discord.ButtonStyle.primary, custom_id=ids.READ_AS.of(reading, key)
    )


def example_button(place: int) -> Button:
    """Scores one of the examples under a greeting, which count from 1."""
    return Button(label=tr("Try {place}", place=place), custom_id=ids.EXAMPLE.of(place))


def page_button(way: Way, key: str, page: int, *, enabled: bool = True) -> Button:
    """Leads to one page of a list; `key`: of the continuation, `page`: where it leads, from 1."""
    label, sign = WAYS[way]
    return Button(label=tr(label), emoji=sign, custom_id=ids.PAGE.of(way, key, page), disabled=not enabled)


def export_button(key: str) -> Button:
    """Gives all that a search finds as a CSV file; `key`: of the continuation with the search."""
    return Button(label=tr("Export CSV"), emoji="📄", custom_id=ids.EXPORT.of(key))


def details_button(result_id: int) -> Button:
    """Shows the numbers behind a verdict."""
    return Button(label=tr("Details"), custom_id=ids.DETAILS.of(result_id))


def wrong_button(result_id: int) -> Button:
    """Asks what a verdict should have been."""
    return Button(label=tr("Wrong?"), custom_id=ids.WRONG.of(result_id))


def delete_button(result_id: int) -> Button:
    """Deletes the text of a review, and its card."""
    return Button(label=tr("Delete"), custom_id=ids.DELETE.of(result_id))


def forget_button(user_id: int) -> Button:
    """Deletes everything about one user."""
    return Button(label=tr("Delete everything"), style=discord.ButtonStyle.danger, custom_id=ids.FORGET.of(user_id))


def negatives_button(job_id: int) -> Button:
    """Lists the negative reviews of a finished job."""
    return Button(label=tr("Negative reviews"), custom_id=ids.NEGATIVES.of(job_id))


def download_button(job_id: int) -> Button:
    """Gives the files of a finished job."""
    return Button(label=tr("Files"), custom_id=ids.DOWNLOAD.of(job_id))


def next_buttons(job: JobView) -> list[discord.ui.Item[Any]]:
    """What there is to do with a file that was scored; none of it where nothing was."""
    buttons = [negatives_button(job.id)] if job.n_negative else []
    return [*buttons, download_button(job.id)]


def job_buttons(job: JobView) -> list[discord.ui.Item[Any]]:
    """The controls that make sense in the job's state."""
    if job.retryable:
        return [resume_button(job.id)]
    if job.terminal:
        return next_buttons(job) if job.kind == "file" and job.state == "done" else []
    if job.state == "needs_column" and job.columns:
        menu = file_menu if job.asks == "sheet" else column_menu
        return [menu(job.id, job.columns), cancel_button(job.id)]
    return [cancel_button(job.id)]
