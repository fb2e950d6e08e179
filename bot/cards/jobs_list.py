"""The cards of `/jobs`: the list, one job's state, one line for autocomplete."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import discord

from bot.cards.base import FAILED, NEUTRAL, Card, CardFile, one_line
from bot.cards.job import plural

if TYPE_CHECKING:
    from db.types import JobView

STATES: Final = {
    "ingesting": "being read",
    "active": "being scored",
    "finishing": "writing its files",
    "needs_column": "waits for you to choose the text column",
    "done": "done",
    "cancelled": "cancelled",
    "failed": "failed",
}
MIB: Final = 1024 * 1024


def jump_url(guild_id: int | None, channel_id: int | None, message_id: int | None) -> str | None:
    """The link to a message, None when there is none."""
    if channel_id is None or message_id is None:
        return None
    return f"https://discord.com/channels/{guild_id or '@me'}/{channel_id}/{message_id}"


def job_url(job: JobView) -> str | None:
    """The link to the job's card; private work of a server has it in the owner's direct messages."""
    in_dm = job.source == "interaction" and not job.shared
    return jump_url(None if in_dm else job.guild_id, job.channel_id, job.message_id)


def choice_name(job: JobView) -> str:
    """The job as an autocomplete choice, at most Discord's 100 characters."""
    line = f"{job.id} · {job.title} · {STATES[job.state]}"
    return line if len(line) <= 100 else line[:99] + "…"


def jobs_embed(jobs: Sequence[JobView], *, page: int, unfinished: bool, user_id: int) -> discord.Embed:
    """One page of the jobs that `user_id` may see, newest first; `page` counts from 1."""
    embed = discord.Embed(title="Unfinished jobs" if unfinished else "Jobs", colour=NEUTRAL)
    if jobs:
        embed.description = "\n".join(_line(job, user_id) for job in jobs)
        embed.set_footer(text=f"Page {page}")
    else:
        embed.description = "You have no unfinished job." if unfinished else "You have no job yet: `/batch` makes one."
    return embed


def status_embed(job: JobView) -> discord.Embed:
    """Everything a user can know of one job."""
    embed = discord.Embed(title=f"Job {job.id}", colour=FAILED if job.state == "failed" else NEUTRAL)
    embed.description = f"{one_line(job.title, 200)}\n**{STATES[job.state]}**"
    if job.kind == "file":
        embed.add_field(name="Reviews", value=f"{job.rows_done:,} of {job.rows_total:,} scored")
    if job.rows_rejected or job.rows_failed:
        embed.add_field(name="Not scored", value=plural(job.rows_rejected + job.rows_failed, "row"))
    if job.rows_done:
        counts = f"{job.n_positive:,} positive\n{job.n_negative:,} negative\n{job.n_uncertain:,} uncertain"
        embed.add_field(name="Labels", value=counts)
    embed.add_field(name="Made", value=discord.utils.format_dt(job.created_at, "R"))
    if job.finished_at is not None:
        embed.add_field(name="Finished", value=discord.utils.format_dt(job.finished_at, "R"))
    if job.model:
        embed.add_field(name="Model", value=one_line(job.model, 100))
    if job.error:
        embed.add_field(name="What went wrong", value=one_line(job.error, 500), inline=False)
    if job.state == "needs_column" and job.columns:
        columns = ", ".join(one_line(column, 40) for column in job.columns[:10])
        more = f" and {len(job.columns) - 10} more" if len(job.columns) > 10 else ""
        embed.add_field(name="Columns that could be the text", value=columns + more, inline=False)
    url = job_url(job)
    if url is not None:
        embed.add_field(name="Where", value=f"[its message]({url})")
    return embed


def files_card(job: JobView, files: Sequence[CardFile], too_large: Sequence[tuple[str, int]], *, limit: int) -> Card:
    """The files of a finished job, and in words those that Discord does not take: (name, bytes) over `limit` bytes."""
    lines = [f"Job {job.id}: {one_line(job.title, 100)}"]
    for name, size in too_large:
        parts = math.ceil(size / (0.9 * limit))
        lines.append(
            f"{one_line(name, 100)} has {size / MIB:,.1f} MiB, more than the {limit / MIB:,.0f} MiB that Discord takes "
            f"here, even packed: send your file in {parts} parts, or ask where the server's upload limit is higher."
        )
    if not files and not too_large:
        lines.append("Its files are no longer kept: send your file again with `/batch`.")
    return Card(content="\n".join(lines), files=tuple(files))


def _line(job: JobView, user_id: int) -> str:
    parts = [f"**{job.id}**", one_line(job.title, 60), STATES[job.state]]
    if job.owner_id != user_id:
        parts.append("shared in this server")
    if job.state == "active" and job.rows_total:
        parts.append(f"{job.rows_done:,} of {job.rows_total:,}")
    elif job.state == "done" and job.kind == "file":
        parts.append(plural(job.rows_done, "review"))
    parts.append(discord.utils.format_dt(job.created_at, "R"))
    url = job_url(job)
    if url is not None:
        parts.append(f"[message]({url})")
    return " · ".join(parts)
