"""What `reelfeel worker` tells of itself in its heartbeat, every ten seconds."""

from __future__ import annotations

import os
import socket
import time
import uuid
from collections.abc import Callable, Sequence
from typing import Final

from common.process.heartbeat import Pulse, Rate, up_seconds
from db.engine import Database
from db.operations.heartbeats import deregister, record
from db.operations.types import EVERY_S, Fact
from db.privacy.clock_guard import UP
from worker.processes.metrics_folder import MetricsFolder, Totals
from worker.processes.supervisor import Child

MINUTE_S: Final = 60.0
HOUR_S: Final = 3600.0


class Activity:
    """What a worker did lately, from the totals of its processes."""

    def __init__(self, now: float) -> None:
        self._reviews, self._errors = Rate(MINUTE_S), Rate(HOUR_S)
        self._chunks = -1.0
        self._active_at = now
        self._now = now
        self._total = 0.0

    def note(self, totals: Totals, errors: float, now: float) -> None:
        """`errors`: those of the supervisor itself, since it started."""
        self._reviews.note(totals.reviews, now)
        self._errors.note(totals.errors + errors, now)
        if totals.in_work > 0 or totals.chunks != self._chunks:
            self._active_at = now
        self._chunks, self._total, self._now = totals.chunks, totals.reviews, now

    def facts(self) -> dict[str, Fact]:
        """As docs/operating.md lists them."""
        return {
            "reviews": self._total,
            "per_second": round(self._reviews.per_second, 1),
            "errors_hour": self._errors.grown,
            "idle_s": round(self._now - self._active_at, 1),
        }


class WorkerFacts:
    """What a worker writes into its row of heartbeats."""

    def __init__(
        self, folder: MetricsFolder, children: Sequence[Child], *, slots: int, errors: Callable[[], float]
    ) -> None:
        """`errors`: how many the supervisor itself logged."""
        self._folder, self._children, self._errors = folder, children, errors
        self._fixed: dict[str, Fact] = {"slots": slots, "pid": os.getpid()}
        self._activity = Activity(time.monotonic())

    def facts(self) -> dict[str, Fact]:
        """As it is now."""
        self._activity.note(self._folder.totals(), self._errors(), time.monotonic())
        ready = all(child.ready for child in self._children)
        restarts = sum(max(0, child.starts - 1) for child in self._children)
        return self._fixed | {"ready": ready, "restarts": restarts, UP: up_seconds()} | self._activity.facts()


def heartbeat_of(db: Database, vitals: WorkerFacts) -> Pulse:
    """The thread that writes the row."""
    id_, host = uuid.uuid4().hex, socket.gethostname()
    return Pulse(lambda: record(db, id_, "worker", host, vitals.facts()), lambda: deregister(db, id_), every_s=EVERY_S)
