"""What a Celery process counts about its work.

The processes of one `reelfeel worker` write to files in one folder (prometheus_client's multiprocess mode, chosen by
`PROMETHEUS_MULTIPROC_DIR` when that library is loaded), and the supervisor serves their sum:
`worker.processes.metrics_folder`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from common.process.metrics_server import CHUNK_S

REGISTRY: Final = CollectorRegistry()

REVIEWS: Final = Counter("reelfeel_reviews_scored", "Reviews whose verdicts were stored", ["queue"], registry=REGISTRY)
CHUNKS: Final = Counter(
    "reelfeel_chunks",
    "Chunks worked on; not_stored: failed, cancelled or lost",
    ["kind", "outcome"],
    registry=REGISTRY,
)
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
