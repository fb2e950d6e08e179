"""The cards of `/jobs`: the list, one job's state, one line for autocomplete."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import discord

from bot.cards.base import FAILED, NEUTRAL, Card, CardFile, label_counts, one_line, plain_line
from bot.cards.failure import failure_text
from bot.cards.job import parts_line
from bot.cards.links import job_url
from bot.cards.wording import reviews
from common.i18n import mark, number, shortened, size, tr, trn
from db.types import COMMAND_LINE, JobView

STATES: Final = {
    "ingesting": mark("being read"),
    "active": mark("being scored"),
    "finishing": mark("writing its files"),
    "needs_column": mark("waiting for you to choose the text column"),
    "done": mark("finished"),
    "cancelled": mark("cancelled"),
    "failed": mark("failed"),
}


OWED: Final = mark("Discord has not let me show you how it ended; I go on trying.")
OWED_SHORT: Final = mark("not shown yet")
OWED_AFTER: Final = timedelta(seconds=30)
"""A result is on its way for so long before its owner reads that it could not be shown."""


def is_owed(job: JobView) -> bool:
    """Whether its owner should have been shown by now how it ended."""
    if job.source == COMMAND_LINE or job.delivered_at is not None or job.finished_at is None:
        return False
    return datetime.now(UTC) - job.finished_at > OWED_AFTER


def title_of(job: JobView) -> str:
    """The file's name or the film's, else the review's number in words."""
    return job.title if job.filename or job.film else tr("Review {job}", job=job.id)


def choice_name(job: JobView) -> str:
    """The job as an autocomplete choice, at most Discord's 100 characters."""
    return plain_line(f"{job.id} · {title_of(job)} · {tr(STATES[job.state])}", 100)


def jobs_embed(jobs: Sequence[JobView], *, page: int, unfinished: bool, user_id: int) -> discord.Embed:
    """One page of the jobs that `user_id` may see, newest first; `page` counts from 1."""
    embed = discord.Embed(title=tr("Unfinished jobs") if unfinished else tr("Jobs"), colour=NEUTRAL)
    if jobs:
        embed.description = "\n".join(_line(job, user_id) for job in jobs)
        embed.set_footer(text=tr("Page {page}", page=page))
    elif unfinished:
        embed.description = tr("You have no unfinished jobs.")
    else:
        embed.description = tr("You have no jobs yet. `/batch` starts one.")
    return embed


def status_embed(job: JobView) -> discord.Embed:
    """Everything a user can know of one job."""
    embed = discord.Embed(title=tr("Job {job}", job=job.id), colour=FAILED if job.state == "failed" else NEUTRAL)
    embed.description = f"{one_line(title_of(job), 200)}\n**{tr(STATES[job.state])}**"
    if job.kind == "file":
        scored = trn(
            "{done} of {count} scored", "{done} of {count} scored", job.rows_total or 0, done=number(job.rows_done)
        )
        embed.add_field(name=tr("Reviews"), value=scored)
    if job.rows_rejected or job.rows_failed:
        rows = trn("{count} row", "{count} rows", job.rows_rejected + job.rows_failed)
        embed.add_field(name=tr("Not scored"), value=rows)
    if job.rows_done:
        counts = "\n".join(label_counts(job.n_positive, job.n_negative, job.n_uncertain))
        embed.add_field(name=tr("Verdicts"), value=counts)
    embed.add_field(name=tr("Created"), value=discord.utils.format_dt(job.created_at, "R"))
    if job.finished_at is not None:
        embed.add_field(name=tr("Finished"), value=discord.utils.format_dt(job.finished_at, "R"))
    if job.model:
        embed.add_field(name=tr("Model"), value=one_line(job.model, 100))
    reason = failure_text(job, 500, single_line=True)
    if reason is not None:
        embed.add_field(name=tr("What went wrong"), value=reason, inline=False)
    if is_owed(job):
        embed.add_field(name=tr("Not shown yet"), value=tr(OWED), inline=False)
    if job.state == "needs_column" and job.columns:
        columns = shortened([one_line(column, 40) for column in job.columns], 10)
        embed.add_field(name=tr("Columns that could be the text"), value=columns, inline=False)
    url = job_url(job)
    if url is not None:
        embed.add_field(name=tr("Where"), value="[" + tr("its message") + f"]({url})")
    return embed


def files_card(
    job: JobView,
    files: Sequence[CardFile],
    too_large: Sequence[tuple[str, int]],
    *,
    limit: int,
    parted: Sequence[tuple[str, int]] = (),
) -> Card:
    """The files of a finished job, and in words those that Discord does not take: (name, bytes) over `limit` bytes.

    `parted`: names of files that come in parts, and in how many.
    """
    lines = [tr("Job {job}: {title}", job=job.id, title=one_line(title_of(job), 100))]
    lines += [parts_line(name, count) for name, count in parted]
    for name, length in too_large:
        lines.append(
            trn(
                "{file} is {size} even when packed, more than the {limit} that Discord takes here. "
                "Send your file in {count} part, or ask in a server with a higher upload limit.",
                "{file} is {size} even when packed, more than the {limit} that Discord takes here. "
                "Send your file in {count} parts, or ask in a server with a higher upload limit.",
                math.ceil(length / (0.9 * limit)),
                file=one_line(name, 100),
                size=size(length, 1),
                limit=size(limit),
            )
        )
    if not files and not too_large:
        lines.append(tr("Its files are no longer kept. Send your file again with `/batch`."))
    return Card(content="\n".join(lines), files=tuple(files))


def _line(job: JobView, user_id: int) -> str:
    parts = [f"**{job.id}**", one_line(title_of(job), 60), tr(STATES[job.state])]
    if job.owner_id != user_id:
        parts.append(tr("shared in its channel"))
    if job.state == "active" and job.rows_total:
        parts.append(f"{number(job.rows_done)} / {number(job.rows_total)}")
    elif job.state == "done" and job.kind == "file":
        parts.append(reviews(job.rows_done))
    if is_owed(job) and job.owner_id == user_id:
        parts.append(tr(OWED_SHORT))
    parts.append(discord.utils.format_dt(job.created_at, "R"))
    url = job_url(job)
    if url is not None:
        parts.append("[" + tr("message") + f"]({url})")
    return " · ".join(parts)
