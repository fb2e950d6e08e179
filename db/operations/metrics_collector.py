"""Prometheus metrics of the queue and the jobs, collected from the database when they are scraped.

No label ever holds a user, a server, a job or a text: labels are queues, kinds and states.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from typing import Final

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from db.operations.types import Figures

FRESH_S: Final = 5.0
"""Figures are asked for at most this often, however many scrape."""
UNFINISHED: Final = ("ingesting", "active", "finishing", "needs_column")
ENDED: Final = ("done", "failed", "cancelled")


class QueueCollector(Collector):
    """The queue and the jobs as SQL has them, the same from every process: take the max over targets, not the sum.

    When the database does not answer, only `reelfeel_database_up 0` is exported.
    """

    def __init__(self, query: Callable[[], Figures]) -> None:
        """`query` asks the database; it may raise."""
        self._query = query
        self._lock = threading.Lock()
        self._seen: list[Metric] = []
        self._seen_at = float("-inf")

    def describe(self) -> Iterable[Metric]:
        """Names only: registering must not ask the database."""
        return families(None)

    def collect(self) -> Iterable[Metric]:
        """The figures, at most five seconds old."""
        with self._lock:
            if time.monotonic() - self._seen_at >= FRESH_S:
                try:
                    figures: Figures | None = self._query()
                except Exception:  # whatever a driver raises: the scrape must show it and not fail
                    figures = None
                self._seen, self._seen_at = families(figures), time.monotonic()
            return self._seen


def families(figures: Figures | None) -> list[Metric]:
    """The figures as gauges; without samples but for `reelfeel_database_up` when there are none."""
    up = GaugeMetricFamily("reelfeel_database_up", "Whether the database answered", float(figures is not None))
    waiting = GaugeMetricFamily("reelfeel_queue_chunks", "Chunks that wait for a worker", labels=["queue"])
    running = GaugeMetricFamily("reelfeel_running_chunks", "Chunks that a worker holds")
    unanswered = GaugeMetricFamily(
        "reelfeel_oldest_ring_seconds", "Time since the oldest chunk that waits for a worker was first published"
    )
    oldest = GaugeMetricFamily(
        "reelfeel_oldest_review_seconds", "Time since the oldest unfinished work was accepted", labels=["kind"]
    )
    jobs = GaugeMetricFamily("reelfeel_jobs", "Jobs that are not ended", labels=["state"])
    ended = GaugeMetricFamily("reelfeel_jobs_ended_last_hour", "Jobs that ended within an hour", labels=["state"])
    database = GaugeMetricFamily("reelfeel_database_bytes", "What the database takes up")
    stored = GaugeMetricFamily("reelfeel_stored_bytes", "Stored files and the texts read from them")
    free = GaugeMetricFamily("reelfeel_disk_free_bytes", "Free room of the disk of an SQLite database")
    if figures is not None and figures.space is not None:
        database.add_metric([], figures.space.database)
        stored.add_metric([], figures.space.stored)
        if figures.space.free is not None:
            free.add_metric([], figures.space.free)
    if figures is not None:
        waiting.add_metric(["interactive"], figures.queue.waiting_interactive)
        waiting.add_metric(["bulk"], figures.queue.waiting_bulk)
        running.add_metric([], figures.queue.running)
        unanswered.add_metric([], figures.queue.oldest_waiting_s or 0.0)
        for kind in ("message", "file"):
            oldest.add_metric([kind], figures.oldest_s.get(kind, 0.0))
        for family, states in (
            (jobs, {state: figures.unfinished.get(state, 0) for state in UNFINISHED}),
            (ended, {state: figures.ended.get(state, 0) for state in ENDED}),
        ):
            for state, n in states.items():
                family.add_metric([state], n)
    return [up, waiting, running, unanswered, oldest, jobs, ended, database, stored, free]
