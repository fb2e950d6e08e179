"""What a Celery process counts about its work.

The processes of one `reelfeel worker` write to files in one folder (prometheus_client's multiprocess mode, chosen by
`PROMETHEUS_MULTIPROC_DIR` when that library is loaded), and the supervisor serves their sum: `worker.meter_folder`.
"""

from __future__ import annotations

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from worker.process.metrics import CHUNK_S

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
INGESTED: Final = Counter("reelfeel_ingested_rows", "Rows read from files into SQL", registry=REGISTRY)
IN_WORK: Final = Gauge(
    "reelfeel_chunks_in_work", "Chunks this worker is at", registry=REGISTRY, multiprocess_mode="livesum"
)
STARTED: Final = Counter("reelfeel_pool_processes_started", "Scoring processes started", registry=REGISTRY)
ERRORS: Final = Counter("reelfeel_errors", "Errors and warnings logged, by type", ["kind"], registry=REGISTRY)


def count_error(kind: str) -> None:
    """For `worker.process.logs.configure`."""
    ERRORS.labels(kind).inc()
