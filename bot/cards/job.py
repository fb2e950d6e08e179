"""The card of a file job in each of its states."""

from __future__ import annotations

from datetime import datetime, timedelta

import discord

from bot.buttons.base import buttons_view
from bot.buttons.job import AgainButton, ReuseButton, job_buttons
from bot.cards.base import FAILED, NEGATIVE, NEUTRAL, POSITIVE, SIGNS, UNCERTAIN, Card, CardFile, bar, escape, percent
from db.types import MODEL_CHANGED, JobView

TERMINAL = frozenset({"done", "cancelled", "failed"})
NAME_CHARS = 120
CLEAR_LEAD = 0.2
"""By how large a share one side must lead to colour the card of a finished job."""


def plural(count: int, word: str) -> str:
    """`1 review`, `1,000 reviews`."""
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"


def span(seconds: float) -> str:
    """A time in words a person would use: `40 s`, `3 min`, `1 h 20 min`."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def _named(job: JobView) -> str:
    name = escape(job.filename or "file", NAME_CHARS)
    return f"**{name}**" if not job.film else f"**{name}** ({escape(job.film, 80)})"


def progress_line(job: JobView, now: datetime) -> str:
    """Bar, counts, rate and time left; `now` is timezone-aware."""
    total = job.rows_total or 0
    left = max(0, total - job.rows_done - job.rows_failed)
    share = 0.0 if total == 0 else 1 - left / total
    line = f"{bar(share)} {percent(share)} · {job.rows_done:,} of {plural(total, 'review')}"
    if job.started_at is None or job.rows_done == 0:
        return line
    elapsed = max((now - job.started_at) / timedelta(seconds=1), 0.001)
    rate = job.rows_done / elapsed
    return f"{line}\n{rate:,.0f} reviews a second, about {span(left / rate)} left"


def running_card(job: JobView, now: datetime) -> Card:
    """A job that is not finished: read, asking for a column, being scored, or writing its files."""
    if job.state == "ingesting":
        title, text = f"Job {job.id}: accepted", f"{_named(job)}\nReading the file …"
    elif job.state == "needs_column":
        title = f"Job {job.id}: which column?"
        text = f"{_named(job)}\nMore than one column could hold the reviews. Choose one below."
        if len(job.columns) > 25:
            text += " Only the first 25 are listed: name another with `text_column` of `/batch`."
    elif job.state == "finishing":
        title, text = (
            f"Job {job.id}: writing the files",
            f"{_named(job)}\n{bar(1)} all {plural(job.rows_done, 'review')}",
        )
    elif job.rows_done == 0:
        title, text = f"Job {job.id}: {plural(job.rows_total or 0, 'review')} queued", _named(job)
    else:
        title, text = f"Job {job.id}: scoring", f"{_named(job)}\n{progress_line(job, now)}"
    if job.error_code == MODEL_CHANGED:
        text += "\nThe model was updated meanwhile: all of it is scored by the new one."
    if job.rows_rejected:
        text += f"\n{plural(job.rows_rejected, 'row')} without a usable review: listed at the end"
    embed = discord.Embed(title=title, description=text, colour=NEUTRAL)
    return Card(embed=embed, view=buttons_view(*job_buttons(job)))


def _counts(job: JobView) -> str:
    scored = job.n_positive + job.n_negative + job.n_uncertain
    if scored == 0:
        return "No review could be scored."
    rows = (
        (SIGNS["positive"], job.n_positive, "positive"),
        (SIGNS["negative"], job.n_negative, "negative"),
        (SIGNS["uncertain"], job.n_uncertain, "too close to call"),
    )
    return "\n".join(f"{sign} {count:,} {word} ({percent(count / scored)})" for sign, count, word in rows)


def _took(job: JobView) -> str:
    if job.started_at is None or job.finished_at is None:
        return ""
    return f" in {span((job.finished_at - job.started_at) / timedelta(seconds=1))}"


def _done_colour(job: JobView) -> int:
    decided = job.n_positive + job.n_negative
    if decided == 0 or abs(job.n_positive - job.n_negative) < CLEAR_LEAD * decided:
        return UNCERTAIN
    return POSITIVE if job.n_positive > job.n_negative else NEGATIVE


def done_card(
    job: JobView,
    *,
    chart: bytes | None,
    files: tuple[CardFile, ...],
    too_large: tuple[tuple[str, int], ...],
    limit: int,
) -> Card:
    """Counts, histogram and the files. `limit`: bytes of one attachment here; `too_large`: files that exceed it."""
    scored = job.n_positive + job.n_negative + job.n_uncertain
    lines = [_named(job), _counts(job)]
    bad = job.rows_rejected + job.rows_failed
    if bad:
        lines.append(f"{plural(bad, 'row')} not scored: the second file names each with its reason")
    for name, size in too_large:
        lines.append(
            f"**{escape(name, 80)}** has {size / 2**20:,.1f} MiB, more than the {limit / 2**20:,.0f} MiB that Discord "
            "takes here: send the file in parts to get all of it back."
        )
    embed = discord.Embed(
        title=f"Job {job.id}: {plural(scored, 'review')} scored{_took(job)}",
        description="\n".join(lines),
        colour=_done_colour(job),
    )
    if job.model:
        embed.set_footer(text=f"model {job.model}")
    if chart is not None:
        embed.set_image(url="attachment://histogram.png")
        alt = (
            f"Histogram of the probability of positive over {scored:,} reviews: {job.n_negative:,} negative, "
            f"{job.n_uncertain:,} uncertain, {job.n_positive:,} positive."
        )
        files = (CardFile("histogram.png", chart, alt), *files)
    return Card(embed=embed, files=files[:10])


def ended_card(job: JobView) -> Card:
    """A job that was cancelled or failed."""
    if job.state == "cancelled":
        text = f"{_named(job)}\nNothing more of it is scored; what was scored before stays under `/results`."
        embed = discord.Embed(title=f"Job {job.id}: cancelled", description=text, colour=FAILED)
        return Card(embed=embed, view=_controls(job))
    reason = escape(job.error, 1500) if job.error else "Something went wrong on our side; send the file again."
    embed = discord.Embed(title=f"Job {job.id}: not scored", description=f"{_named(job)}\n{reason}", colour=FAILED)
    if job.error_code:
        embed.set_footer(text=f"Reference job {job.id} · {job.error_code}")
    return Card(embed=embed, view=_controls(job))


def _controls(job: JobView) -> discord.ui.View | None:
    buttons = job_buttons(job)
    return buttons_view(*buttons) if buttons else None


def ping_card(job: JobView) -> Card:
    """The short message that calls the owner when the work is over: an edit alone notifies nobody."""
    words = {"done": "is done", "cancelled": "was cancelled", "failed": "could not be scored"}
    return Card(f"<@{job.owner_id}> Job {job.id} {words[job.state]}.", ping=(job.owner_id,))


def same_file_card(job: JobView, key: str) -> Card:
    """Asks what to do with a file that was scored before; `key` of the offer that Score again takes up."""
    when = discord.utils.format_dt(job.finished_at or job.created_at, "R")
    scored = job.n_positive + job.n_negative + job.n_uncertain
    text = f"This is the same file as **job {job.id}** ({plural(scored, 'review')}, {when})."
    return Card(
        f"{text} Show that result, or score it again?", view=buttons_view(ReuseButton(job.id), AgainButton(key))
    )
