"""What a host sees of the running system: heartbeats, figures, running jobs. Frozen records, no SQLAlchemy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

from db.types import JobState, QueueHealth

Room = Literal["bot", "worker"]
Fact = float | str | bool | None

EVERY_S: Final = 10.0
"""Pause between two beats of one process, seconds."""
LATE_S: Final = 3.5 * EVERY_S
"""A process not seen for so many seconds is counted as gone: three beats missed."""


@dataclass(frozen=True, slots=True)
class Beat:
    """One process. `age_s`: seconds since its last beat; `facts`: what it said then, see docs/operating.md."""

    id: str
    room: Room
    host: str
    started_at: datetime
    age_s: float
    facts: Mapping[str, Fact]

    @property
    def alive(self) -> bool:
        """Whether it was seen lately."""
        return self.age_s <= LATE_S

    def number(self, fact: str) -> float:
        """A fact as a number; 0 where the process did not tell it."""
        value = self.facts.get(fact)
        return float(value) if isinstance(value, int | float) else 0.0


@dataclass(frozen=True, slots=True)
class RunningJob:
    """A file job that is worked on. `age_s`: seconds since accepted; `rows_total` grows while the file is read."""

    id: int
    state: JobState
    rows_ended: int
    rows_total: int
    age_s: float


@dataclass(frozen=True, slots=True)
class Space:
    """Bytes. `stored`: files and their texts, as quotas count them; `free`, `reserve`: None where the disk is
    another's (PostgreSQL); `reserve`: whether the room for deleting on a full disk is there."""

    database: int
    stored: int
    free: int | None = None
    reserve: bool | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """`oldest_s`: seconds since the oldest accepted job of that kind that is worked on was accepted; no key, none.

    `unfinished`: jobs by state, without those that ended; `ended`: jobs by state that ended in the last hour.
    """

    queue: QueueHealth
    oldest_s: dict[str, float] = field(default_factory=dict)
    unfinished: dict[str, int] = field(default_factory=dict)
    ended: dict[str, int] = field(default_factory=dict)
    space: Space | None = None


@dataclass(frozen=True, slots=True)
class Overview:
    """`database`: kind and place, without a password; `schema`: the migration it is at; `beats`: who serves."""

    database: str
    schema: str
    figures: Figures
    running: tuple[RunningJob, ...]
    beats: tuple[Beat, ...]
