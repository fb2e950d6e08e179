"""Prometheus metrics of a process: where they are served, and the ones that every room has.

Off unless `REELFEEL_METRICS_PORT` is set. What each means and when to wake somebody: docs/operating.md. No label ever
holds a user, a server, a job or a text: labels are queues, kinds and types of errors, a few dozen in all.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from prometheus_client import CollectorRegistry, Counter, start_http_server

REVIEW_S: Final = (0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.5, 3.0, 10.0, 30.0, 120.0)
"""Bounds of the histograms of single reviews, seconds; 0.1 and 0.4 are the goals for p50 and p99."""
CHUNK_S: Final = (0.05, 0.1, 0.2, 0.4, 0.8, 1.5, 3.0, 6.0, 12.0, 25.0, 120.0, 600.0)
"""Bounds of the histogram of chunks, seconds; 0.4 is what a chunk is cut for, 25 where one is killed."""


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
