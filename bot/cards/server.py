"""The cards of `/server`: the rules of a server, and its audit log."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import discord

from bot.cards.base import NEUTRAL, Card, escape
from common.i18n import listing, mark, mib, number, pair, shortened, tr, trn
from common.settings import Settings
from db.types import AuditEntry, GuildSettings

LISTED: Final = 20
TAKEN_DOWN: Final = "taken_down"
DIGEST: Final = "digest"
NAMES: Final = {
    "channels": mark("channels"),
    "roles": mark("roles that may send files"),
    "retention_days": mark("days texts are kept"),
    "max_active_jobs": mark("unfinished jobs per member"),
    "max_upload_mib": mark("file size limit in MiB"),
    TAKEN_DOWN: mark("job taken down"),
    DIGEST: mark("digest"),
}
"""What a line of the audit log is about, in words."""


def server_card(rules: GuildSettings, host: Settings, *, changed: bool) -> Card:
    """What counts in this server, the host's value where the server has none."""
    embed = discord.Embed(title=tr("This server's settings are saved") if changed else tr("This server's settings"))
    embed.colour = discord.Colour(NEUTRAL)
    embed.add_field(name=tr("I answer in"), value=_list("#", rules.channels) or tr("all channels"), inline=False)
    files = _list("@&", rules.roles)
    who = tr("{roles}, and everyone with Manage Server", roles=files) if files else tr("everyone")
    embed.add_field(name=tr("Roles that may send files"), value=who, inline=False)
    embed.add_field(name=tr("Texts are kept for"), value=_value(rules.retention_days, host.retention_days, _days))
    jobs = min(rules.max_active_jobs or host.max_active_jobs, host.max_active_jobs)
    embed.add_field(name=tr("Unfinished jobs per member"), value=_value(rules.max_active_jobs and jobs, jobs, number))
    size = min(rules.max_upload_mib or host.max_upload_mib, host.max_upload_mib)
    embed.add_field(name=tr("File size limit"), value=_value(rules.max_upload_mib and size, size, mib))
    embed.set_footer(
        text=tr("/server channel, /server role and /server limits change them; /server audit shows who did")
    )
    return Card(embed=embed)


def _days(count: int) -> str:
    return trn("{count} day", "{count} days", count)


def _value(own: int | None, host: int, words: Callable[[int], str]) -> str:
    return words(own) if own else tr("{value} (the bot's default)", value=words(host))


def _list(kind: str, ids: Sequence[int]) -> str:
    return shortened([f"<{kind}{id_}>" for id_ in ids], LISTED)


def taken_down_card(job_id: int) -> Card:
    """What a manager reads after `/server takedown`."""
    return Card(tr("Job {job} is taken down: only its owner still sees it. My message about it goes too.", job=job_id))


def audit_card(lines: Sequence[AuditEntry], *, more: bool) -> Card:
    """A page of who changed what of this server, newest first; `more`: there are older lines."""
    embed = discord.Embed(title=tr("Changes of this server's settings"), colour=NEUTRAL)
    embed.description = "\n".join(_line(one) for one in lines) or tr("Nobody has changed anything yet.")
    retention = tr("lines are kept for 400 days")
    older = tr("/server audit before:{line} shows older ones", line=lines[-1].id) if more else ""
    embed.set_footer(text=f"{older} · {retention}" if older else retention)
    return Card(embed=embed)


def _line(one: AuditEntry) -> str:
    if one.actor_id is not None:
        who = f"<@{one.actor_id}>"
    elif one.action == DIGEST:
        who = tr("the bot itself")
    else:
        who = tr("whoever runs this bot ({name})", name=escape(one.actor_name or "", 40))
    what = tr(NAMES[one.action]) if one.action in NAMES else escape(one.action, 60)
    kind = {"channels": "#", "roles": "@&"}.get(one.action)
    when = discord.utils.format_dt(one.created_at, "f")
    if one.action == TAKEN_DOWN:
        return f"{when} · {who} · {pair(what, escape(one.new or '', 20))}"
    if one.action == DIGEST:
        return f"{when} · {who} · {pair(what, f'{_digest(one.old)} → {_digest(one.new)}')}"
    change = f"{_shown(one.old, kind)} → {_shown(one.new, kind)}"
    return f"{when} · {who} · {pair(what, change)}"


def _digest(value: str | None) -> str:
    """As `db.delivery.server_digests` keeps it: channel, how often, alerts."""
    if value is None:
        return tr("off")
    channel, every, *more = value.split(" ")
    often = tr("every month") if every == "month" else tr("every week")
    return listing([f"<#{channel}>", often, *([tr("with alerts")] if "alerts" in more else [])])


def _shown(value: str | None, kind: str | None) -> str:
    if value is None:
        return tr("all") if kind else tr("the bot's default")
    return _list(kind, [int(id_) for id_ in value.split(",")][:8]) if kind else escape(value, 60)
