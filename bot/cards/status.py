"""The card of `/status`: what `reelfeel status` shows the host, as far as it concerns a user; no machine, no job."""

from __future__ import annotations

from typing import Final

import discord

from bot.cards.base import NEUTRAL
from db.overview import Overview

SLOW_S: Final = 30.0
"""A single review that waits longer than that is behind more than a chunk; the goal is 0.4 s."""


def status_embed(seen: Overview) -> discord.Embed:
    """Queue, speed and workers in three fields, under one sentence that says whether all is well."""
    embed = discord.Embed(title="Status", description=sentence(seen), colour=NEUTRAL)
    queue = seen.figures.queue
    oldest = seen.figures.oldest_s.get("message")
    waits = f"\nthe oldest single review for {duration(oldest)}" if oldest is not None else ""
    files = sum(seen.figures.unfinished.get(state, 0) for state in ("ingesting", "active", "finishing"))
    embed.add_field(
        name="Waiting",
        value=f"**{queue.waiting_interactive:,}** single reviews{waits}\n**{queue.waiting_bulk:,}** parts of files",
    )
    embed.add_field(name="At work", value=f"**{queue.running:,}** parts\n**{files:,}** jobs unfinished")
    workers = [beat for beat in seen.beats if beat.room == "worker" and beat.alive]
    speed = sum(beat.number("per_second") for beat in workers)
    ready = sum(bool(beat.facts.get("ready")) for beat in workers)
    embed.add_field(name="Workers", value=f"**{ready:,}** ready\n**{speed:,.0f}** reviews a second in the last minute")
    return embed


def sentence(seen: Overview) -> str:
    """What a user makes of it."""
    ready = [beat for beat in seen.beats if beat.room == "worker" and beat.alive and beat.facts.get("ready")]
    if not ready:
        return "No worker is running: what you send is kept and scored as soon as one is back. The host can see why."
    oldest = seen.figures.oldest_s.get("message", 0.0)
    if oldest > SLOW_S:
        return (
            f"Single reviews are slow: the oldest has waited for {duration(oldest)}. Nothing that was accepted is lost."
        )
    if seen.figures.queue.waiting_bulk:
        return "All is well. Files are being worked on; single reviews do not wait for them."
    return "All is well, and nothing waits."


def duration(seconds: float) -> str:
    """12 seconds, 3 minutes, 2 hours."""
    for unit, size in (("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} seconds"
