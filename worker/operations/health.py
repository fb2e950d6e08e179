"""Whether the bot or the worker of this machine is well, from its heartbeat and the queue in SQL.

Not Celery's `inspect ping`: a worker that is deaf to its queue may still answer that.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from typing import Final

from db.engine import Database
from db.operations.heartbeats import beats
from db.operations.types import Beat, Room
from db.queue import queue_health
from db.types import QueueHealth

DEAF_S: Final = 120.0
"""A worker that takes nothing for so long, while a chunk has waited as long, is deaf.

A message is repeated after 15 s."""
LOOKED_S: Final = 60.0
"""A bot that has not looked for finished work for so long hangs; it does so every second."""


def complaint(db: Database, room: Room, *, host: str | None = None) -> str | None:
    """What is wrong with the process of that room on `host` (this machine when None), in one sentence; None: nothing.

    Well is when one of its processes is: what a killed one left does not count. Raises DatabaseUnavailable.
    """
    host = host or socket.gethostname()
    heartbeats = beats(db, room=room, host=host)
    if not heartbeats:
        return f"No {room} has reported from {host}: start it, or wait until it has."
    alive = [beat for beat in heartbeats if beat.alive]
    if not alive:
        return f"The {room} of {host} was last seen {heartbeats[0].age_s:.0f} s ago: it hangs or is gone."
    complaints = _of_bots(alive) if room == "bot" else _of_workers(alive, queue_health(db))
    return None if None in complaints else complaints[0]


def _of_bots(alive: Sequence[Beat]) -> list[str | None]:
    return [_of_bot(beat) for beat in alive]


def _of_bot(beat: Beat) -> str | None:
    if beat.facts.get("standby"):  # it does what it is for: it waits
        return None
    if not beat.facts.get("ready"):
        return "The bot is not connected to Discord: its log says why."
    if beat.number("looked_s") > LOOKED_S:
        return f"The bot has not looked for finished work for {beat.number('looked_s'):.0f} s: it hangs."
    return None


def _of_workers(alive: Sequence[Beat], queue: QueueHealth) -> list[str | None]:
    return [_of_worker(beat, queue) for beat in alive]


def _of_worker(beat: Beat, queue: QueueHealth) -> str | None:
    if not beat.facts.get("ready"):
        return "The worker takes no messages yet, or one of its processes died: its log says why."
    waits, idle = queue.oldest_waiting_s or 0.0, beat.number("idle_s")
    if waits > DEAF_S and idle > DEAF_S:
        return f"A chunk has waited for {waits:.0f} s, and this worker took none for {idle:.0f} s: it gets no messages."
    return None
