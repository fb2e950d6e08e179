"""The cards of `/privacy`: what is kept, the question before a deletion, and what became of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import discord

from bot.cards.base import FAILED, NEUTRAL, Card, CardFile, Stored, one_line
from bot.cards.wording import reviews
from bot.components.buttons import forget_button
from bot.components.views import buttons_view
from common.i18n import in_brackets, listing, mark, number, size, tr, trn
from common.rendering import render
from db.privacy.types import DataExport, Erased, StoredData

EXPORT: Final = "reelfeel-export.zip"
STAYS: Final = mark(
    "What stays is anonymous: the verdict, probability, film, day and model of each review, and the counts of "
    "your jobs. If you changed a server's settings, the lines in its audit log stay for 400 days."
)
OUT_OF_REACH: Final = mark(
    "What I cannot delete: your own messages, private replies (only you can dismiss those), short notices that "
    "a job has ended, and what others copied or downloaded."
)
RESTORED: Final = mark("Backups made earlier are deleted on the schedule of whoever runs this bot.")


def kept_card(stored: StoredData, *, retention_days: int) -> Card:
    """What is kept about the caller, in every server and in direct messages."""
    embed = discord.Embed(title=tr("What is kept about you"), colour=NEUTRAL)
    if not (stored.jobs or stored.corrections or stored.settings or stored.audit_lines):
        embed.description = tr("Nothing: no review, no file, no setting.")
        return Card(embed=embed)
    embed.description = tr("Everything of yours, from all servers and direct messages. Only you can see this.")
    rows = (
        (tr("Jobs"), number(stored.jobs)),
        (
            tr("Reviews"),
            f"{number(stored.reviews)}\n" + trn("{count} with its text", "{count} with their text", stored.texts),
        ),
        (tr("Files"), in_brackets(number(stored.files), size(stored.file_bytes, 1))),
        (tr("Corrections"), number(stored.corrections)),
        (tr("Notices"), number(stored.notices)),
        (tr("Settings"), tr("your own") if stored.settings else tr("none: the defaults apply")),
    )
    for name, value in rows:
        embed.add_field(name=name, value=value)
    if stored.audit_lines:
        lines = trn("{count} line", "{count} lines", stored.audit_lines)
        embed.add_field(name=tr("Server settings you changed"), value=lines)
    if stored.first is not None and stored.last is not None:
        span = tr(
            "{first} to {last}",
            first=discord.utils.format_dt(stored.first, "D"),
            last=discord.utils.format_dt(stored.last, "D"),
        )
        embed.add_field(name=tr("Period"), value=span, inline=False)
    embed.add_field(name=tr("Texts and files are deleted"), value=_when(stored, retention_days), inline=False)
    embed.set_footer(text=tr("/privacy export gives you all of it, /privacy delete deletes it"))
    return Card(embed=embed)


def _when(stored: StoredData, days: int) -> str:
    if stored.oldest_text is None or not (stored.texts or stored.files):
        return trn(
            "{count} day after a job ended, unless a server says otherwise (`/server show`); nothing is waiting.",
            "{count} days after a job ended, unless a server says otherwise (`/server show`); nothing is waiting.",
            days,
        )
    return trn(
        "{count} day after a job ended, unless a server says otherwise (`/server show`): yours from {first} on.",
        "{count} days after a job ended, unless a server says otherwise (`/server show`): yours from {first} on.",
        days,
        first=discord.utils.format_dt(stored.oldest_text + timedelta(days=days), "D"),
    )


def _files(count: int) -> str:
    return trn("{count} file", "{count} files", count)


def _texts(count: int) -> str:
    return trn("{count} text", "{count} texts", count)


def _corrections(count: int) -> str:
    return trn("{count} correction", "{count} corrections", count)


def export_card(data: bytes | Stored, taken: DataExport, *, parts: int = 1) -> Card:
    """The zip or its first part, and in words what did not fit."""
    things = listing((reviews(taken.reviews), _files(taken.files)))
    lines = [tr("Everything kept about you: {things}.", things=things)]
    if parts > 1:
        lines.append(
            trn(
                "It comes in {count} part. Save all of them in one folder and open the first one with 7-Zip, or join "
                "them: {command}",
                "It comes in {count} parts. Save all of them in one folder and open the first one with 7-Zip, or join "
                "them: {command}",
                parts,
                command=f"`cat {EXPORT}.* > {EXPORT}`",
            )
        )
    if taken.left_out:
        lines.append(tr("Discord takes no larger file here, so this was left out:"))
        lines += [f"- {one_line(render(*message), 150)}" for message in taken.left_out[:5]]
        if len(taken.left_out) > 5:
            rest = trn(
                "and {count} more, named in about.json",
                "and {count} more, named in about.json",
                len(taken.left_out) - 5,
            )
            lines.append(f"- {rest}")
        lines.append(
            tr(
                "`/jobs download` gives files, `/results search` the reviews, and whoever runs this bot can "
                "export all of it."
            )
        )
    return Card("\n".join(lines), files=(CardFile(_part_name(1, parts), data),))


def export_part_card(data: bytes | Stored, *, part: int, parts: int) -> Card:
    """One of the other parts."""
    said = tr("Part {part} of {parts}", part=number(part), parts=number(parts))
    return Card(said, files=(CardFile(_part_name(part, parts), data),))


def _part_name(part: int, parts: int) -> str:
    """As 7-Zip names the pieces of an archive."""
    return EXPORT if parts == 1 else f"{EXPORT}.{part:03d}"


def ask_card(stored: StoredData, user_id: int) -> Card:
    """The question before everything is deleted."""
    embed = discord.Embed(title=tr("Delete everything that is kept about you?"), colour=FAILED)
    what_goes = tr(
        "{things}, your settings and notices are deleted at once, in every server, also where others see them. "
        "My own messages that show them are deleted as fast as Discord lets me.",
        things=listing((_texts(stored.texts), _files(stored.files), _corrections(stored.corrections))),
    )
    embed.description = "\n\n".join((what_goes, tr(STAYS), tr(OUT_OF_REACH), tr("This cannot be undone.")))
    return Card(embed=embed, view=buttons_view(forget_button(user_id)))


def forgotten_card(gone: Erased) -> Card:
    """What was deleted, what stays, what is out of reach."""
    embed = discord.Embed(title=tr("Deleted"), colour=NEUTRAL)
    parts = (
        _texts(gone.texts),
        _files(gone.files),
        _corrections(gone.corrections),
        trn("{count} notice", "{count} notices", gone.notices),
        tr("your settings") if gone.settings else tr("no settings"),
    )
    what_went = listing(parts)
    if gone.messages:
        what_went += "\n" + trn(
            "I am still deleting {count} of my messages.", "I am still deleting {count} of my messages.", gone.messages
        )
    embed.description = "\n\n".join((what_went, tr(STAYS), tr(OUT_OF_REACH), tr(RESTORED)))
    return Card(embed=embed)
