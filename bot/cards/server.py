"""The cards of `/server`: the rules of a server, and its audit log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import discord

from bot.cards.base import NEUTRAL, Card, escape
from db.audit import AuditEntry
from db.types import GuildSettings
from settings import Settings

LISTED: Final = 20
NAMES: Final = {
    "channels": "channels",
    "roles": "roles that may send files",
    "retention_days": "days texts are kept",
    "max_active_jobs": "unfinished jobs a member may have",
    "max_upload_mib": "largest file in MiB",
}
"""What a line of the audit log is about, in words."""


def server_card(rules: GuildSettings, host: Settings, *, changed: bool) -> Card:
    """What counts in this server, the host's value where the server has none."""
    embed = discord.Embed(title="This server's settings are saved" if changed else "This server's settings")
    embed.colour = discord.Colour(NEUTRAL)
    embed.add_field(name="I answer in", value=_list("#", rules.channels) or "all channels", inline=False)
    files = _list("@&", rules.roles)
    embed.add_field(name="Files are scored for", value=f"{files} and managers" if files else "everybody", inline=False)
    embed.add_field(name="Texts are kept for", value=_value(rules.retention_days, host.retention_days, "days"))
    jobs = min(rules.max_active_jobs or host.max_active_jobs, host.max_active_jobs)
    embed.add_field(name="Unfinished jobs a member", value=_value(rules.max_active_jobs and jobs, jobs, ""))
    size = min(rules.max_upload_mib or host.max_upload_mib, host.max_upload_mib)
    embed.add_field(name="Largest file", value=_value(rules.max_upload_mib and size, size, "MiB"))
    embed.set_footer(text="/server channel, role and limits change them; /server audit shows who did")
    return Card(embed=embed)


def _value(own: int | None, host: int, unit: str) -> str:
    words = f"{own or host:,} {unit}".strip()
    return words if own else f"{words} (the host's)"


def _list(kind: str, ids: Sequence[int]) -> str:
    more = f" and {len(ids) - LISTED} more" if len(ids) > LISTED else ""
    return ", ".join(f"<{kind}{id_}>" for id_ in ids[:LISTED]) + more


def audit_card(lines: Sequence[AuditEntry], *, more: bool) -> Card:
    """A page of who changed what of this server, newest first; `more`: there are older lines."""
    embed = discord.Embed(title="Changes of this server's settings", colour=NEUTRAL)
    embed.description = "\n".join(_line(one) for one in lines) or "Nobody has changed anything yet."
    older = f"/server audit before:{lines[-1].id} shows older ones · " if more else ""
    embed.set_footer(text=f"{older}lines are kept for 400 days")
    return Card(embed=embed)


def _line(one: AuditEntry) -> str:
    who = f"<@{one.actor_id}>" if one.actor_id is not None else f"the host ({escape(one.actor_name or '', 40)})"
    what = NAMES.get(one.action, escape(one.action, 60))
    kind = {"channels": "#", "roles": "@&"}.get(one.action)
    when = discord.utils.format_dt(one.created_at, "f")
    return f"{when} · {who} · {what}: {_shown(one.old, kind)} → {_shown(one.new, kind)}"


def _shown(value: str | None, kind: str | None) -> str:
    if value is None:
        return "all" if kind else "the host's"
    return _list(kind, [int(id_) for id_ in value.split(",")][:8]) if kind else escape(value, 60)
