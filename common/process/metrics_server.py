"""Prometheus metrics of a process: where they are served, and the ones that every room has.

Off unless `REELFEEL_METRICS_PORT` is set. What each means and when to wake somebody: docs/operating.md. No label ever
holds a user, a server, a job or a text: labels are queues, kinds and types of errors, a few dozen in all.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from prometheus_client import CollectorRegistry, Counter, start_http_server
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

REVIEW_S: Final = (0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.5, 3.0, 10.0, 30.0, 120.0)
"""Bounds of the histograms of single reviews, seconds; 0.1 and 0.4 are the goals for p50 and p99."""
CHUNK_S: Final = (0.05, 0.1, 0.2, 0.4, 0.8, 1.5, 3.0, 6.0, 12.0, 25.0, 120.0, 600.0)
"""Bounds of the histogram of chunks, seconds; 0.4 is what a chunk is cut for, 25 where one is killed."""
_FRESH_S: Final = 5.0
"""Figures from SQL are asked for at most this often, however many scrape."""


class PortTaken(Exception):
    """The metrics cannot be served there; the message is one plain sentence."""


@dataclass(frozen=True, slots=True)
class Server:
    """The served metrics; `port` is the real one."""

    port: int
    stop: Callable[[], None]


def serve(registry: CollectorRegistry, *, host: str, port: int) -> Server:
    """Serves `registry` at http://host:port/metrics from its own thread; `port` 0: a free one. Raises PortTaken."""
    try:
        server, thread = start_http_server(port, addr=host, registry=registry)
    except OSError as error:
        raise PortTaken(
            f"Metrics cannot be served on {host}, port {port} ({error.strerror}): set REELFEEL_METRICS_PORT and "
            "REELFEEL_METRICS_HOST to a free address of this machine, or leave them out."
        ) from None

    def stop() -> None:
        server.shutdown()
        server.server_close()
        thread.join(5)

    return Server(int(server.server_port), stop)


class ErrorCount:
    """Counts errors by type as `common.process.log_format` logs them; `total` is their sum. Safe from any thread."""

    def __init__(self, name: str, registry: CollectorRegistry | None = None) -> None:
        self.counter = Counter(name, "Errors and warnings logged, by type", ["kind"], registry=registry)
        self._lock = threading.Lock()
        self.total = 0

    def __call__(self, kind: str) -> None:
        with self._lock:
            self.total += 1
        self.counter.labels(kind).inc()


class Queue(Protocol):
    """As `db.types.QueueHealth` has it."""

    @property
    def waiting_interactive(self) -> int: ...
    @property
    def waiting_bulk(self) -> int: ...
    @property
    def running(self) -> int: ...
    @property
    def oldest_waiting_s(self) -> float | None: ...


class Figures(Protocol):
    """As `db.operations.overview.Figures` has it: this room's habits know no SQL."""

    @property
    def queue(self) -> Queue: ...
    @property
    def oldest_s(self) -> Mapping[str, float]: ...
    @property
    def unfinished(self) -> Mapping[str, int]: ...
    @property
    def ended(self) -> Mapping[str, int]: ...


class FromSql(Collector):
    """The queue and the jobs as SQL has them, the same from every process: take the max over targets, not the sum.

    When the database does not answer, only `reelfeel_database_up 0` is told.
    """

    def __init__(self, look: Callable[[], Figures]) -> None:
        """`look` asks the database; it may raise."""
        self._look = look
        self._lock = threading.Lock()
        self._seen: list[Metric] = []
        self._seen_at = float("-inf")

    def describe(self) -> Iterable[Metric]:
        """Names only: registering must not ask the database."""
        return families(None)

    def collect(self) -> Iterable[Metric]:
        """The figures, at most five seconds old."""
        with self._lock:
            if time.monotonic() - self._seen_at >= _FRESH_S:
                try:
                    found: Figures | None = self._look()
                except Exception:  # whatever a driver raises: a scrape tells of it, it must not fail of it
                    found = None
                self._seen, self._seen_at = families(found), time.monotonic()
            return self._seen


def families(found: Figures | None) -> list[Metric]:
    """The figures as gauges; without samples but for `reelfeel_database_up` when there are none."""
    up = GaugeMetricFamily("reelfeel_database_up", "Whether the database answered", float(found is not None))
    waiting = GaugeMetricFamily("reelfeel_queue_chunks", "Chunks that wait for a worker", labels=["queue"])
    running = GaugeMetricFamily("reelfeel_running_chunks", "Chunks that a worker holds")
    unanswered = GaugeMetricFamily(
        "reelfeel_oldest_ring_seconds", "Time since the oldest chunk that workers were told of was first rung for"
    )
    oldest = GaugeMetricFamily(
        "reelfeel_oldest_review_seconds", "Time since the oldest unfinished work was accepted", labels=["kind"]
    )
    jobs = GaugeMetricFamily("reelfeel_jobs", "Jobs that are not ended", labels=["state"])
    ended = GaugeMetricFamily("reelfeel_jobs_ended_last_hour", "Jobs that ended within an hour", labels=["state"])
    if found is not None:
        waiting.add_metric(["interactive"], found.queue.waiting_interactive)
        waiting.add_metric(["bulk"], found.queue.waiting_bulk)
        running.add_metric([], found.queue.running)
        unanswered.add_metric([], found.queue.oldest_waiting_s or 0.0)
        for kind in ("message", "file"):
            oldest.add_metric([kind], found.oldest_s.get(kind, 0.0))
        for family, states in (
            (jobs, {state: found.unfinished.get(state, 0) for state in UNFINISHED}),
            (ended, {state: found.ended.get(state, 0) for state in ENDED}),
        ):
            for state, n in states.items():
                family.add_metric([state], n)
    return [up, waiting, running, unanswered, oldest, jobs, ended]


UNFINISHED: Final = ("ingesting", "active", "finishing", "needs_column")
ENDED: Final = ("done", "failed", "cancelled")
