"""The card of `/status`: what `reelfeel status` shows the host, as far as it concerns a user; no machine, no job."""

from __future__ import annotations

from typing import Final

import discord

from bot.cards.base import NEUTRAL
from common.i18n import number, tr, trn
from db.operations.types import Overview

SLOW_S: Final = 30.0
"""A single review that waits longer than that is behind more than a chunk; the goal is 0.4 s."""


def status_embed(seen: Overview) -> discord.Embed:
    """Queue, speed and workers in three fields, under one sentence that says whether all is well."""
    embed = discord.Embed(title=tr("Status"), description=sentence(seen), colour=NEUTRAL)
    queue = seen.figures.queue
    oldest = seen.figures.oldest_s.get("message")
    waits = ""
    if oldest is not None:
        waits = "\n" + tr("the oldest single review for {time}", time=duration(oldest))
    files = sum(seen.figures.unfinished.get(state, 0) for state in ("ingesting", "active", "finishing"))
    singles = trn("**{count}** single review", "**{count}** single reviews", queue.waiting_interactive)
    parts = trn("**{count}** part of files", "**{count}** parts of files", queue.waiting_bulk)
    embed.add_field(name=tr("Waiting"), value=f"{singles}{waits}\n{parts}")
    running = trn("**{count}** part", "**{count}** parts", queue.running)
    unfinished = trn("**{count}** job unfinished", "**{count}** jobs unfinished", files)
    embed.add_field(name=tr("At work"), value=f"{running}\n{unfinished}")
    workers = [beat for beat in seen.beats if beat.room == "worker" and beat.alive]
    speed = sum(beat.number("per_second") for beat in workers)
    ready = sum(bool(beat.facts.get("ready")) for beat in workers)
    pace = trn(
        "**{count}** review a second in the last minute",
        "**{count}** reviews a second in the last minute",
        round(speed),
    )
    embed.add_field(name=tr("Workers"), value=tr("**{workers}** ready", workers=number(ready)) + f"\n{pace}")
    return embed


def sentence(seen: Overview) -> str:
    """What a user makes of it."""
    ready = [beat for beat in seen.beats if beat.room == "worker" and beat.alive and beat.facts.get("ready")]
    if not ready:
        return tr(
            "No worker is running: what you send is kept and scored as soon as one is back. The host can see why."
        )
    oldest = seen.figures.oldest_s.get("message", 0.0)
    if oldest > SLOW_S:
        return tr(
            "Single reviews are slow: the oldest has waited for {time}. Nothing that was accepted is lost.",
            time=duration(oldest),
        )
    if seen.figures.queue.waiting_bulk:
        return tr("All is well. Files are being worked on; single reviews do not wait for them.")
    return tr("All is well, and nothing waits.")


def duration(seconds: float) -> str:
    """12 seconds, 3 minutes, 2 hours."""
    if seconds >= 2 * 3600:
        return trn("{count} hour", "{count} hours", round(seconds / 3600))
    if seconds >= 2 * 60:
        return trn("{count} minute", "{count} minutes", round(seconds / 60))
    return trn("{count} second", "{count} seconds", round(seconds))
