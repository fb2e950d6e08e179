"""What the database and the broker carry without any scoring: `make bench-sizing`, about two minutes.

    python -m tests.end_to_end.run_sizing [rows]

Each figure is a median of three. Verdicts are stored as workers do it, in chunks of 1,000 rows, by one and by two
processes at once; PostgreSQL flushes every commit to the disk, SQLite as a worker's connection does.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from statistics import median

from common.broker.job_signals import JobSignals
from db import queue
from db.engine import Database
from db.migrate import upgrade
from db.operations.heartbeats import record
from db.operations.overview import figures
from db.types import Score
from tests.fixtures.broker import Valkey
from tests.fixtures.postgres_server import running_server
from tests.fixtures.reviews import accept_csv
from worker.files.limits import Limits
from worker.jobs.ingest import ingest

CHUNK = 1_000
TIMES = 3


class NoModel:
    """Lets `ingest` cut chunks of a thousand rows: it is asked for its speed only."""

    def warm(self) -> None:
        """Nothing to compile."""

    def score(self, texts: list[str]) -> list[None]:
        """As long as a scorer of 2,500 reviews/s takes."""
        time.sleep(len(texts) / 2_500)
        return [None] * len(texts)


def store(url: str, chunk_ids: list[int]) -> int:
    """Claims and commits these chunks with made-up verdicts; the number of rows."""
    db, rows = Database(url), 0
    for chunk_id in chunk_ids:
        claim = queue.claim(db, chunk_id)
        assert claim is not None
        reviews = queue.load_reviews(db, claim)
        scores = [Score(one.review_id, "positive", 0.9) for one in reviews]
        assert queue.commit_scores(db, claim, scores, model="sizing")
        rows += len(scores)
    db.dispose()
    return rows


def prepare(url: str, rows: int) -> tuple[list[int], float]:
    """A file of `rows` reviews read into SQL: its chunks, and the rows/s of reading and storing it."""
    db = Database(url)
    left = set(queue.claimable(db))  # result files of earlier rounds, which nobody writes
    accepted = accept_csv(db, rows)
    claim = queue.claim(db, accepted.chunk_id, lease_s=600)
    assert claim is not None
    began = time.perf_counter()
    limits = Limits(max_rows=rows, max_unpacked_bytes=2**31, max_review_chars=100_000)
    assert ingest(db, NoModel(), claim, limits=limits, lease_s=600)  # type: ignore[arg-type]
    seconds = time.perf_counter() - began
    chunks = [chunk for chunk in queue.claimable(db) if chunk not in left]
    db.dispose()
    return chunks, rows / seconds


def rates(name: str, url: str, rows: int) -> None:
    """Prints what this database stores in a second."""
    read, stored = [], {1: [], 2: []}  # type: ignore[var-annotated]
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        list(pool.map(abs, range(2)))  # started, before anything is timed
        for _ in range(TIMES):
            for processes in (1, 2):
                chunks, rate = prepare(url, rows)
                read.append(rate)
                parts = [chunks[n::processes] for n in range(processes)]
                began = time.perf_counter()
                done = sum(pool.map(store, [url] * processes, parts))
                stored[processes].append(done / (time.perf_counter() - began))
    print(f"{name:12}ingested {median(read):>8,.0f} rows/s")
    for processes, found in stored.items():
        print(f"{'':12}stored   {median(found):>8,.0f} verdicts/s by {processes} at once")
    db = Database(url)
    for what, call in {
        "heartbeat": lambda: record(db, "sizing", "worker", "here", {}),
        "figures for one scrape": lambda: figures(db),
    }.items():
        times = []
        for _ in range(20):
            began = time.perf_counter()
            call()
            times.append(time.perf_counter() - began)
        print(f"{'':12}{what} {median(times) * 1000:.1f} ms")
    db.dispose()


def rings(valkey: Valkey, seconds: float = 3.0) -> float:
    """Messages a second that one sender puts into the broker."""
    signals, sent = JobSignals(valkey.url), 0
    signals.publish_chunk(1, "score", "bulk")
    began = time.perf_counter()
    while time.perf_counter() - began < seconds:
        sent += signals.publish_chunk(1, "score", "bulk")
    rate = sent / (time.perf_counter() - began)
    signals.close()
    return rate


def main(rows: int) -> None:
    """Prints all figures."""
    folder = Path(tempfile.mkdtemp(prefix="reelfeel-sizing-"))
    try:
        url = f"sqlite:///{folder / 'sizing.sqlite3'}"
        upgrade(url)
        rates("SQLite", url, rows)
        with running_server() as server:
            for statement in ("ALTER SYSTEM SET fsync = on", "SELECT pg_reload_conf()", "CREATE DATABASE sizing"):
                server.execute(statement)
            upgrade(server.url("sizing"))
            rates("PostgreSQL", server.url("sizing"), rows)
        valkey = Valkey()
        print(f"{'Valkey':12}took     {median(rings(valkey) for _ in range(TIMES)):>8,.0f} messages/s from one sender")
        used = valkey.client().info("memory")["used_memory"]  # type: ignore[index]
        n = valkey.client().llen("bulk")
        print(f"{'':12}a waiting message takes {used / n:,.0f} bytes")  # type: ignore[operator]
        valkey.close()
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
