"""What a Celery process counts about its work.

The processes of one `reelfeel worker` write to files in one folder (prometheus_client's multiprocess mode, chosen by
`PROMETHEUS_MULTIPROC_DIR` when that library is loaded), and the supervisor serves their sum:
`worker.processes.metrics_folder`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Literal, get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from common.broker.names import Kind, Queue
from common.process.metrics_server import CHUNK_S

REGISTRY: Final = CollectorRegistry()

REVIEWS: Final = Counter("reelfeel_reviews_scored", "Reviews whose verdicts were stored", ["queue"], registry=REGISTRY)
CHUNKS: Final = Counter(
    "reelfeel_chunks",
    "Chunks worked on; not_stored: failed, cancelled or lost",
    ["kind", "outcome"],
    registry=REGISTRY,
)
OUTCOMES: Final = ("stored", "not_stored")
SECONDS: Final = Histogram(
    "reelfeel_chunk_seconds", "Time from claim to commit", ["kind"], buckets=CHUNK_S, registry=REGISTRY
)
REPEATED: Final = Counter(
    "reelfeel_reviews_repeated",
    "Reviews of files whose text was scored before, or while the file was read",
    registry=REGISTRY,
)
STAGES: Final = Counter(
    "reelfeel_stage_seconds",
    "Time of bulk work: file to rows (read, insert), rows to verdicts (fetch, score, store), scored file (write)",
    ["stage"],
    registry=REGISTRY,
)
INGESTED: Final = Counter("reelfeel_ingested_rows", "Rows read from files into SQL", registry=REGISTRY)
IN_WORK: Final = Gauge(
    "reelfeel_chunks_in_work", "Chunks this worker is at", registry=REGISTRY, multiprocess_mode="livesum"
)
STARTED: Final = Counter("reelfeel_pool_processes_started", "Scoring processes started", registry=REGISTRY)
ERRORS: Final = Counter("reelfeel_errors", "Errors and warnings logged, by type", ["kind"], registry=REGISTRY)


Stage = Literal["read", "insert", "fetch", "score", "store", "write"]


def _begin_at_zero() -> None:
    """Makes a series of every label that is known, since the first count of a series that was not there is no rise.

    Prometheus computes rates from two readings of a series, and an alert that asks whether a sum is zero says nothing
    about a sum of no series.
    """
    for queue in get_args(Queue):
        REVIEWS.labels(queue)
    for kind in get_args(Kind):
        SECONDS.labels(kind)
        for outcome in OUTCOMES:
            CHUNKS.labels(kind, outcome)
    for name in get_args(Stage):
        STAGES.labels(name)


_begin_at_zero()


@contextmanager
def stage(name: Stage) -> Iterator[None]:
    """Adds the time that its body takes to a stage of bulk work."""
    began = time.perf_counter()
    try:
        yield
    finally:
        STAGES.labels(name).inc(time.perf_counter() - began)


def count_error(kind: str) -> None:
    """For `common.process.log_format.configure`."""
    ERRORS.labels(kind).inc()
