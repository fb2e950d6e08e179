"""The card of a file job in each of its states."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

import discord

from bot.cards.base import (
    FAILED,
    NEGATIVE,
    NEUTRAL,
    POSITIVE,
    SIGNS,
    UNCERTAIN,
    Card,
    CardFile,
    bar,
    escape,
    label_count,
    label_counts,
    one_line,
)
from bot.cards.failure import failure_text, reference
from bot.cards.wording import agreement, average_stars
from bot.components.buttons import again_button, job_buttons, next_buttons, reuse_button
from bot.components.menus import MOST_CHOICES, reread_menu
from bot.components.views import buttons_view
from common.i18n import duration, in_brackets, listing, mark, number, percent, percents, size, tr, trn
from common.rendering import render_stored
from db.types import MODEL_CHANGED, JobView
from reporting.aspects.words import summed_up
from reporting.second_look import second_look

NAME_CHARS = 120
NOTE_CHARS: Final = 300
MOST_NOTES: Final = 4
CLEAR_LEAD = 0.2
"""By how large a share one side must lead to colour the card of a finished job."""


def _named(job: JobView) -> str:
    name = escape(job.filename or tr("file"), NAME_CHARS)
    return f"**{name}**" if not job.film else f"**{name}** ({escape(job.film, 80)})"


def progress_line(job: JobView, now: datetime) -> str:
    """Bar, counts, rate and time left; `now` is timezone-aware."""
    total = job.rows_total or 0
    left = max(0, total - job.rows_done - job.rows_failed)
    share = 0.0 if total == 0 else 1 - left / total
    counts = trn("{done} of {count} review", "{done} of {count} reviews", total, done=number(job.rows_done))
    line = f"{bar(share)} {percent(share)} · {counts}"
    if job.started_at is None or job.rows_done == 0:
        return line
    elapsed = max((now - job.started_at) / timedelta(seconds=1), 0.001)
    rate = job.rows_done / elapsed
    speed = trn(
        "{count} review a second, about {time} left",
        "{count} reviews a second, about {time} left",
        round(rate),
        time=duration(left / rate),
    )
    return f"{line}\n{speed}"


IN_PARTS_SOON: Final = mark(
    "The result will probably be more than the {limit} that Discord takes here in one file: it then comes packed, "
    "or in parts."
)
GROWS: Final = 1.5
"""How much longer a file is with its verdicts, about."""


def comes_in_parts(job: JobView, limit: int) -> bool:
    """Whether its result is likely to be larger than one attachment, judged by the file that was sent."""
    return job.upload_size is not None and job.upload_size * GROWS > limit


def parts_line(name: str, count: int) -> str:
    """What to do with a file that comes in parts."""
    return trn(
        "**{file}** is more than Discord takes at once: it comes in {count} part. Join the parts in their order.",
        "**{file}** is more than Discord takes at once: it comes in {count} parts. Join the parts in their order.",
        count,
        file=escape(name, 80),
    )


def running_card(job: JobView, now: datetime, *, limit: int | None = None) -> Card:
    """A job that is not finished: read, asking for a column, being scored, or writing its files.

    `limit`: bytes of one attachment where its result will stand.
    """
    if job.state == "ingesting":
        title, text = tr("Job {job}: accepted", job=job.id), _named(job) + "\n" + tr("Reading the file …")
    elif job.state == "needs_column":
        title = tr("Job {job}: which column?", job=job.id)
        text = _named(job) + "\n" + tr("More than one column could hold the reviews. Choose one below.")
        if job.asks == "sheet":
            title = tr("Job {job}: which file?", job=job.id)
            text = _named(job) + "\n" + tr("More than one file of the archive holds reviews. Choose one below.")
        elif len(job.columns) > MOST_CHOICES:
            text += " " + tr("Only the first 25 are listed. Give another one with `text_column` of `/batch`.")
    elif job.state == "finishing":
        title = tr("Job {job}: writing the files", job=job.id)
        counts = trn("all {count} review", "all {count} reviews", job.rows_done)
        text = f"{_named(job)}\n{bar(1)} {counts}"
    elif job.rows_done == 0:
        queued = trn(
            "Job {job}: {count} review queued", "Job {job}: {count} reviews queued", job.rows_total or 0, job=job.id
        )
        title, text = queued, _named(job)
    else:
        title, text = tr("Job {job}: scoring", job=job.id), f"{_named(job)}\n{progress_line(job, now)}"
    if job.error_code == MODEL_CHANGED:
        text += "\n" + tr("The model was updated in the meantime. Everything is scored by the new one.")
    if job.rows_rejected:
        text += "\n" + trn(
            "{count} row without a usable review: listed at the end",
            "{count} rows without a usable review: listed at the end",
            job.rows_rejected,
        )
    if limit is not None and comes_in_parts(job, limit):
        text += "\n" + tr(IN_PARTS_SOON, limit=size(limit))
    embed = discord.Embed(title=title, description=text, colour=NEUTRAL)
    return Card(embed=embed, view=buttons_view(*job_buttons(job)))


def _counts(job: JobView) -> str:
    scored = job.n_positive + job.n_negative + job.n_uncertain
    if scored == 0:
        return tr("No review could be scored.")
    counts = {"positive": job.n_positive, "negative": job.n_negative, "uncertain": job.n_uncertain}
    shares = percents(list(counts.values()))
    return "\n".join(
        f"{SIGNS[label]} {in_brackets(label_count(label, count), share)}"
        for (label, count), share in zip(counts.items(), shares, strict=True)
    )


def left_to_people(job: JobView, scored: int) -> str:
    """What share of a job with a wanted accuracy has no verdict to rely on."""
    wanted = float(job.accuracy or 0)
    return trn(
        "Set to be right {accuracy} of the time: {count} unclear review ({share}) is left to people.",
        "Set to be right {accuracy} of the time: {count} unclear reviews ({share}) are left to people.",
        job.n_uncertain,
        accuracy=percent(wanted / 100, 0 if wanted.is_integer() else 1),
        share=percent(job.n_uncertain / scored),
    )


def _done_title(job: JobView, scored: int) -> str:
    if job.started_at is None or job.finished_at is None:
        return trn("Job {job}: {count} review scored", "Job {job}: {count} reviews scored", scored, job=job.id)
    return trn(
        "Job {job}: {count} review scored in {time}",
        "Job {job}: {count} reviews scored in {time}",
        scored,
        job=job.id,
        time=duration((job.finished_at - job.started_at) / timedelta(seconds=1)),
    )


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
    parted: tuple[tuple[str, int], ...] = (),
) -> Card:
    """Counts, histogram and the files. `limit`: bytes of one attachment here; `too_large`: files that exceed it.

    `parted`: names of files that come in parts, and in how many.
    """
    scored = job.n_positive + job.n_negative + job.n_uncertain
    lines = [_named(job), _counts(job)]
    if scored and job.accuracy is not None:
        lines.append(left_to_people(job, scored))
    lines += [line for line in (average_stars(job.stars), *agreement(job.stars)) if line]
    lines += summed_up(job.aspects)
    if looks := second_look(job.hygiene):
        lines += ["🔎 " + tr("Worth a second look (nothing was left out):"), *(f"• {one}" for one in looks)]
    if read := read_line(job):
        lines.append(read)
    lines += note_lines(job)
    bad = job.rows_rejected + job.rows_failed
    if bad:
        lines.append(
            trn(
                "{count} row not scored: the second file names each with its reason",
                "{count} rows not scored: the second file names each with its reason",
                bad,
            )
        )
    lines += [parts_line(name, count) for name, count in parted]
    for name, length in too_large:
        lines.append(
            tr(
                "**{file}** is {size}, more than the {limit} that Discord takes here. "
                "Send the file in parts to get all of it back.",
                file=escape(name, 80),
                size=size(length, 1),
                limit=size(limit),
            )
        )
    if scored:
        lines.append(tr("`/report job:{job}` makes a report of it.", job=job.id))
    embed = discord.Embed(
        title=_done_title(job, scored),
        description="\n".join(lines),
        colour=_done_colour(job),
    )
    if job.model:
        embed.set_footer(text=tr("model {model}", model=job.model))
    if chart is not None:
        embed.set_image(url="attachment://histogram.png")
        alt = trn(
            "Histogram of {count} review by its probability of being positive: {counts}.",
            "Histogram of {count} reviews by their probability of being positive: {counts}.",
            scored,
            counts=listing(label_counts(job.n_positive, job.n_negative, job.n_uncertain)),
        )
        files = (CardFile("histogram.png", chart, alt), *files)
    return Card(embed=embed, files=files[:10], view=buttons_view(*_other_column(job), *next_buttons(job)))


def read_line(job: JobView) -> str | None:
    """Which columns were read, in one line; None for a file without names, and before it was read."""
    roles = {
        "text": mark("text: {column}"),
        "film": mark("film: {column}"),
        "date": mark("date: {column}"),
        "stars": mark("stars: {column}"),
    }
    if len(job.columns) < 2 or not job.read.get("text"):
        return None
    said = [tr(words, column=escape(job.read[role] or "", 40)) for role, words in roles.items() if job.read.get(role)]
    return tr("Read: {columns}", columns=" · ".join(said))


def note_lines(job: JobView) -> list[str]:
    """What else is said of how the file was read, as `reelfeel inspect` says it: the first few notes."""
    told = [render_stored(code, values) for code, values in job.notes]
    return [f"ℹ️ {one_line(note, NOTE_CHARS)}" for note in told if note is not None][:MOST_NOTES]


def _other_column(job: JobView) -> list[discord.ui.Item[Any]]:
    """A menu of the other columns, where there are any."""
    text = job.read.get("text")
    others = [name for name in job.columns[:MOST_CHOICES] if name != text]
    return [reread_menu(job.id, job.columns, text)] if text and others else []


def ended_card(job: JobView) -> Card:
    """A job that was cancelled or failed."""
    if job.state == "cancelled":
        stays = tr("The rest will not be scored. Reviews scored so far are in `/results search`.")
        text = f"{_named(job)}\n{stays}"
        embed = discord.Embed(title=tr("Job {job}: cancelled", job=job.id), description=text, colour=FAILED)
        return Card(embed=embed, view=_controls(job))
    reason = failure_text(job, 1500) or tr("Something went wrong on our side; send the file again.")
    title = tr("Job {job}: not scored", job=job.id)
    embed = discord.Embed(title=title, description=f"{_named(job)}\n{reason}", colour=FAILED)
    if job.error_code:
        embed.set_footer(text=tr("Reference job {job} · {code}", job=job.id, code=reference(job)))
    return Card(embed=embed, view=_controls(job))


def _controls(job: JobView) -> discord.ui.View | None:
    buttons = job_buttons(job)
    return buttons_view(*buttons) if buttons else None


def ping_card(job: JobView) -> Card:
    """The short message that calls the owner when the work is over: an edit alone notifies nobody."""
    return Card(f"<@{job.owner_id}> {tr(_OVER[job.state], job=job.id)}", ping=(job.owner_id,))


_OVER = {
    "done": mark("Job {job} is finished."),
    "cancelled": mark("Job {job} was cancelled."),
    "failed": mark("Job {job} could not be scored."),
}


def same_file_card(job: JobView, key: str) -> Card:
    """Asks what to do with a file that was scored before; `key` of the offer that Score again takes up."""
    when = discord.utils.format_dt(job.finished_at or job.created_at, "R")
    scored = job.n_positive + job.n_negative + job.n_uncertain
    text = trn(
        "This is the same file as **job {job}** ({count} review, {when}). Show that result, or score it again?",
        "This is the same file as **job {job}** ({count} reviews, {when}). Show that result, or score it again?",
        scored,
        job=job.id,
        when=when,
    )
    return Card(text, view=buttons_view(reuse_button(job.id), again_button(key)))
