"""Clock guard: a purge goes by the database's clock, and a clock that is wrong would have it delete everything.

A purge compares now with the last purge. When far more time seems to have passed than between two purges, either
nothing ran meanwhile or the clock was set. Nothing is deleted then until the new time has held for a day, seen by
hourly looks; for a week when a process that lives says otherwise: it knows how long it has run, by a clock that nobody
sets. A clock that is put right within that time has cost nothing. It is logged, and `reelfeel status` shows it.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.clock import db_time
from db.dialect import insert_for
from db.engine import Database
from db.tables import Heartbeat, Job, PurgeClock

log = logging.getLogger(__name__)

STEP: Final = timedelta(days=1)
"""So long after the last purge the next one is not doubted."""
HOLD: Final = timedelta(days=1)
"""So long a later time must hold before it counts."""
CONTRADICTED_HOLD: Final = timedelta(days=7)
"""The same, while a process that lives has run for less than the clock says."""
SLACK_S: Final = 3600.0
"""A difference between the clock and a process's own time, seconds, that contradicts nothing."""
UP: Final = "up_s"
"""The fact of a heartbeat that says for how many seconds its process has run, sleep of the machine included."""
FRESH: Final = timedelta(minutes=1)
"""A process that was seen within this time lives."""
ROW: Final = 1

Doubt = Literal["step", "contradicted"]


@dataclass(frozen=True, slots=True)
class PurgeState:
    """When texts were last purged, and since when a purge is refused because of the clock; None: never, not."""

    purged_at: datetime | None = None
    refused_since: datetime | None = None


def purge_state(db: Database) -> PurgeState:
    """For the host's status."""
    with db.read() as session:
        row = session.get(PurgeClock, ROW)
        return PurgeState() if row is None else PurgeState(row.purged_at, row.refused_since)


def doubt(db: Database, at: datetime | None = None) -> Doubt | None:
    """Why nothing may be deleted now, and None when the clock is not doubted. Keeps the refusal, to see how it holds.

    `at`: the time to go by; the database's own when None.
    """
    contradicted = _contradicted(db, at)
    with db.begin() as session:
        now = _now(session, at)
        row = _row(session)
        last = row.purged_at or session.scalar(select(func.max(Job.created_at)))
        if last is None or now - last <= STEP:
            return None
        if row.refused_since is None or row.refused_at is None or not _steady(row.refused_at, now):
            row.refused_since = now
        row.refused_at = now
        if now - row.refused_since >= (CONTRADICTED_HOLD if contradicted else HOLD):
            return None
        refused: Doubt = "contradicted" if contradicted else "step"
        fields = {"days": round((now - last) / timedelta(days=1), 1), "doubt": refused}
        log.error("nothing is purged: the clock is ahead of the last purge, and has to hold first", extra=fields)
        return refused


def note_purge(db: Database, at: datetime | None = None) -> None:
    """A purge went by this time."""
    with db.begin() as session:
        row = _row(session)
        row.purged_at, row.refused_since, row.refused_at = _now(session, at), None, None


def _steady(before: datetime, now: datetime) -> bool:
    """Whether the clock went on since the last look as clocks do; another step begins anew."""
    return timedelta(0) <= now - before <= STEP


def _contradicted(db: Database, at: datetime | None) -> bool:
    """Whether a process that lives has run for less time than has passed by the clock since it started."""
    with db.read() as session:
        fresh = Heartbeat.seen_at >= _now(session, at) - FRESH
        alive = session.scalars(select(Heartbeat).where(fresh)).all()
    return any(_ran_less(beat) for beat in alive)


def _ran_less(beat: Heartbeat) -> bool:
    up = beat.facts.get(UP)
    by_the_clock = (beat.seen_at - beat.started_at).total_seconds()
    return isinstance(up, int | float) and by_the_clock - up > SLACK_S


def _now(session: Session, at: datetime | None) -> datetime:
    now = at or session.scalar(select(db_time()))
    assert now is not None
    return now


def _row(session: Session) -> PurgeClock:
    session.execute(insert_for(session, PurgeClock).values(id=ROW).on_conflict_do_nothing())
    return session.get_one(PurgeClock, ROW, with_for_update=True)
