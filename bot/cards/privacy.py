"""The cards of `/privacy`: what is kept, the question before a deletion, and what became of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import discord

from bot.buttons.base import buttons_view
from bot.buttons.privacy import ForgetButton
from bot.cards.base import FAILED, NEUTRAL, Card, CardFile, one_line
from bot.cards.job import plural
from db.privacy import Forgotten, Kept
from db.takeout import Takeout
from settings import MIB

STAYS: Final = (
    "What stays names nobody: label, probability, film, day and model of each review, and the counts of your jobs. "
    "If you managed a server's settings, the lines in its audit log stay for 400 days."
)
OUT_OF_REACH: Final = (
    "What I cannot reach: your own messages, private replies (Discord lets only you dismiss them), short notices that "
    "a job has ended, and what others copied or downloaded."
)
RESTORED: Final = "A copy of the database that the host made earlier ends with the host's own time for copies."


def kept_card(kept: Kept, *, retention_days: int) -> Card:
    """What is kept about the caller, in every server and in direct messages."""
    embed = discord.Embed(title="What is kept about you", colour=NEUTRAL)
    if not (kept.jobs or kept.corrections or kept.settings or kept.audit_lines):
        embed.description = "Nothing: no review, no file, no setting."
        return Card(embed=embed)
    embed.description = "Everything of yours, from all servers and direct messages. Only you see this."
    files = f"{kept.files:,} ({kept.file_bytes / MIB:,.1f} MiB)"
    rows = (
        ("Jobs", f"{kept.jobs:,}"),
        ("Reviews", f"{kept.reviews:,}, of which {kept.texts:,} with their text"),
        ("Files", files),
        ("Corrections", f"{kept.corrections:,}"),
        ("Notices", f"{kept.notices:,}"),
        ("Settings", "your own" if kept.settings else "none: the defaults count"),
    )
    for name, value in rows:
        embed.add_field(name=name, value=value)
    if kept.audit_lines:
        embed.add_field(name="Server settings you changed", value=plural(kept.audit_lines, "line"))
    if kept.first is not None and kept.last is not None:
        span = f"{discord.utils.format_dt(kept.first, 'D')} to {discord.utils.format_dt(kept.last, 'D')}"
        embed.add_field(name="From", value=span, inline=False)
    embed.add_field(name="Texts and files are deleted", value=_when(kept, retention_days), inline=False)
    embed.set_footer(text="/privacy export gives you all of it, /privacy delete deletes it")
    return Card(embed=embed)


def _when(kept: Kept, days: int) -> str:
    rule = f"{plural(days, 'day')} after a job ended, unless a server says otherwise (`/server show`)"
    if kept.oldest_text is None or not (kept.texts or kept.files):
        return f"{rule}; nothing is waiting."
    next_one = discord.utils.format_dt(kept.oldest_text + timedelta(days=days), "D")
    return f"{rule}: yours from {next_one} on."


def export_card(data: bytes, taken: Takeout) -> Card:
    """The zip, and in words what did not fit."""
    lines = [f"Everything kept about you: {plural(taken.reviews, 'review')}, {plural(taken.files, 'file')}."]
    if taken.left_out:
        lines.append("Discord takes no larger file here, so this was left out:")
        lines += [f"- {one_line(sentence, 150)}" for sentence in taken.left_out[:5]]
        if len(taken.left_out) > 5:
            lines.append(f"- and {len(taken.left_out) - 5} more, named in about.json")
        lines.append("`/jobs download` gives files, `/results search` the reviews, and the host can export all of it.")
    return Card("\n".join(lines), files=(CardFile("reelfeel-export.zip", data),))


def ask_card(kept: Kept, user_id: int) -> Card:
    """The question before everything is deleted."""
    embed = discord.Embed(title="Delete everything that is kept about you?", colour=FAILED)
    embed.description = (
        f"{plural(kept.texts, 'text')}, {plural(kept.files, 'file')}, {plural(kept.corrections, 'correction')}, your "
        "settings and notices are deleted at once, in every server, also where others see them. My own messages that "
        f"show them are deleted as fast as Discord lets me.\n\n{STAYS}\n\n{OUT_OF_REACH}\n\nThis cannot be undone."
    )
    return Card(embed=embed, view=buttons_view(ForgetButton(user_id)))


def forgotten_card(gone: Forgotten) -> Card:
    """What was deleted, what stays, what is out of reach."""
    embed = discord.Embed(title="Deleted", colour=NEUTRAL)
    parts = (
        plural(gone.texts, "text"),
        plural(gone.files, "file"),
        plural(gone.corrections, "correction"),
        plural(gone.notices, "notice"),
        "your settings" if gone.settings else "no settings",
    )
    messages = f" {plural(gone.messages, 'message')} of mine follow." if gone.messages else ""
    embed.description = f"{', '.join(parts)}.{messages}\n\n{STAYS}\n\n{OUT_OF_REACH}\n\n{RESTORED}"
    return Card(embed=embed)
