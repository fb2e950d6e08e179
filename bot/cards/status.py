"""The card of `/status`: what `reelfeel status` shows the host, as far as it concerns a user; no machine, no job."""

from __future__ import annotations

from typing import Final

import discord

from bot.cards.base import FAILED, NEUTRAL
from common.i18n import duration, tr, trn
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
        waits = "\n" + tr("oldest single review: {time}", time=duration(oldest))
    files = sum(seen.figures.unfinished.get(state, 0) for state in ("ingesting", "active", "finishing"))
    singles = trn("**{count}** single review", "**{count}** single reviews", queue.waiting_interactive)
    parts = trn("**{count}** piece of a file", "**{count}** pieces of files", queue.waiting_bulk)
    embed.add_field(name=tr("Waiting"), value=f"{singles}{waits}\n{parts}")
    running = trn("**{count}** piece being scored", "**{count}** pieces being scored", queue.running)
    unfinished = trn("**{count}** job unfinished", "**{count}** jobs unfinished", files)
    embed.add_field(name=tr("In progress"), value=f"{running}\n{unfinished}")
    workers = [beat for beat in seen.beats if beat.room == "worker" and beat.alive]
    speed = sum(beat.number("per_second") for beat in workers)
    ready = sum(bool(beat.facts.get("ready")) for beat in workers)
    pace = trn(
        "**{count}** review a second in the last minute",
        "**{count}** reviews a second in the last minute",
        round(speed),
    )
    processes = trn("**{count}** scoring process ready", "**{count}** scoring processes ready", ready)
    embed.add_field(name=tr("Scoring"), value=f"{processes}\n{pace}")
    return embed


def away_embed() -> discord.Embed:
    """The same without a database, which is what there is to say."""
    text = tr(
        "My database does not answer at the moment, so I can accept nothing. What was accepted is not lost: it is "
        "scored as soon as the database is back."
    )
    return discord.Embed(title=tr("Status"), description=text, colour=FAILED)


def sentence(seen: Overview) -> str:
    """What a user makes of it."""
    ready = [beat for beat in seen.beats if beat.room == "worker" and beat.alive and beat.facts.get("ready")]
    if not ready:
        return tr("Scoring is down at the moment. What you send is kept and scored as soon as it is back.")
    oldest = seen.figures.oldest_s.get("message", 0.0)
    if oldest > SLOW_S:
        return tr(
            "Single reviews are taking longer than usual: the oldest has been waiting {time}. Nothing is lost.",
            time=duration(oldest),
        )
    if seen.figures.queue.waiting_bulk:
        return tr("All is well. Files are being worked on; single reviews do not wait for them.")
    return tr("All is well, and nothing is waiting.")
