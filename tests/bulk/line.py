"""One file through the real `reelfeel worker`, broker and database, from the accepted upload to the scored file."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select

from common.broker.job_signals import JobSignals
from db.clock import db_time
from db.engine import Database
from db.migrate import upgrade
from db.queries.summaries import roll_up_due
from db.queue.accept import accept_review, accept_upload
from db.tables import Job, OutputFile, Prediction
from db.types import Origin
from tests.bulk.reviews import parts_of
from tests.bulk.watch import Watch, stages, started
from tests.end_to_end.synthetic_rows import fill
from tests.fixtures.broker import Valkey
from tests.fixtures.postgres_server import running_server
from tests.fixtures.workers import WorkerProcess

LOOK_S = 0.05
CALM_LOOK_S = 0.5
"""Between looks at a job whose time SQL tells: each look takes a millisecond or two from the workers."""
WARM_S = 60.0


@dataclass(frozen=True, slots=True)
class Run:
    """What one file took. seconds: of all; spent: by stage, over all processes; peaks: MiB by kind of process; report:
    seconds of a page with aspects and themes afterwards, 0 where none was asked for."""

    database: str
    workers: int
    rows: int
    stored_before: int
    seconds: float
    spent: dict[str, float]
    peaks: dict[str, float]
    report: float = 0.0

    @property
    def rate(self) -> float:
        """Rows a second, the report included."""
        return self.rows / (self.seconds + self.report)


@contextmanager
def database(kind: str, stored_before: int) -> Iterator[str]:
    """The URL of a migrated database with so many made-up predictions."""
    folder = Path(tempfile.mkdtemp(prefix="reelfeel-bulk-"))
    try:
        if kind == "sqlite":
            yield _filled(f"sqlite:///{folder / 'bulk.sqlite3'}", stored_before)
            return
        with running_server() as server:
            server.execute("CREATE DATABASE bulk")
            yield _filled(server.url("bulk"), stored_before)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _filled(url: str, rows: int) -> str:
    upgrade(url)
    if rows:
        db = Database(url)
        fill(db, rows)
        while roll_up_due(db):  # as jobs are when they end: else the worker does it for all of them while it is timed
            pass
        db.dispose()
    return url


@contextmanager
def running_worker(url: str, broker: str, workers: int, port: int) -> Iterator[WorkerProcess]:
    """A started worker with metrics on `port`."""
    folder = Path(tempfile.mkdtemp(prefix="reelfeel-bulk-"))
    tuning = {"REELFEEL_METRICS_PORT": str(port), "REELFEEL_LOG_LEVEL": "WARNING"}
    worker = WorkerProcess(url, broker, folder / "log", processes=workers, tuning=tuning)
    try:
        yield worker
    finally:
        worker.kill()
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    """One that nobody listens on now."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


def measure(kind: str, workers: int, file: Path, rows: int, stored_before: int = 0, *, aspects: bool = False) -> Run:
    """Sends the file in and waits for the end of its job; every row is counted afterwards.

    aspects: whether they are asked for, and a page of reports with aspects and themes is made when the job is done.
    """
    valkey = Valkey()
    try:
        with database(kind, stored_before) as url, running_worker(url, valkey.url, workers, port := free_port()) as it:
            db, signals, watch = Database(url), JobSignals(valkey.url), Watch(it.pid)
            try:
                wait_until_warm(port, workers)
                seconds = _through(db, signals, file, rows, {"aspects": True} if aspects else {})
                report = _report(url) if aspects else 0.0
                return Run(kind, workers, rows, stored_before, seconds, stages(port), dict(watch.peaks), report)
            finally:
                watch.stop()
                signals.close()
                db.dispose()
    finally:
        valkey.close()


def _report(url: str) -> float:
    """Seconds of `reelfeel report` on all that is stored."""
    with tempfile.TemporaryDirectory(prefix="reelfeel-bulk-") as folder:
        page = Path(folder) / "report.html"
        command = [sys.executable, "-m", "cli", "report", "--output", str(page), "--no-explain"]
        began = time.perf_counter()
        subprocess.run(command, check=True, env=os.environ | {"DATABASE_URL": url}, capture_output=True)
        seconds = time.perf_counter() - began
        assert page.stat().st_size
        return seconds


def _through(db: Database, signals: JobSignals, file: Path, rows: int, options: dict[str, bool]) -> float:
    """Seconds from the accepted upload, which is timed no more than Discord's own transfer is, to the stored output."""
    origin = Origin(1, None, 77, "cli", 10**12)
    accepted = accept_upload(db, origin, filename="reviews.csv", parts=parts_of(file), options=options)
    with db.read() as session:
        began = session.scalar(select(db_time()))
    signals.publish_chunk(accepted.chunk_id, accepted.kind, accepted.queue)
    wait_for(db, accepted.job_id, look_s=CALM_LOOK_S)
    with db.read() as session:
        finished = session.scalar(select(Job.finished_at).where(Job.id == accepted.job_id))
        assert began is not None
        assert finished is not None
        seconds = float((finished - began).total_seconds())
        mine = Prediction.job_id == accepted.job_id
        stored = session.scalar(select(func.count()).select_from(Prediction).where(mine))
        files = session.scalar(select(func.count()).where(OutputFile.job_id == accepted.job_id))
    assert (stored, files) == (rows, 1), f"{stored} predictions and {files} files of {rows} rows"
    return seconds


def wait_until_warm(port: int, workers: int) -> None:
    """Returns when every scoring process is ready, which Celery does not wait for: a start is measured by itself."""
    end = time.monotonic() + WARM_S
    while started(port) < workers + 1:  # one more is for single messages alone
        assert time.monotonic() < end, "the scoring processes did not get ready"
        time.sleep(LOOK_S)


def wait_for(db: Database, job_id: int, *, look_s: float = LOOK_S) -> None:
    """Returns when the job is done; fails when it ends otherwise."""
    while True:
        with db.read() as session:
            state = session.scalar(select(Job.state).where(Job.id == job_id))
        if state == "done":
            return
        assert state in ("ingesting", "active", "finishing"), f"the job is {state}"
        time.sleep(look_s)


def first_prediction(kind: str) -> tuple[float, float]:
    """Seconds from starting a worker to ready, and to the first stored verdict on a message that waited for it."""
    valkey = Valkey()
    try:
        with database(kind, 0) as url:
            db, signals = Database(url), JobSignals(valkey.url)
            accepted = accept_review(db, Origin(1, None, 77, "message", 1), "A quiet film with a loud end, and fine.")
            signals.publish_chunk(accepted.chunk_id, accepted.kind, accepted.queue)
            began = time.perf_counter()
            with running_worker(url, valkey.url, 1, free_port()):
                ready = time.perf_counter() - began
                wait_for(db, accepted.job_id)
                seconds = time.perf_counter() - began
            signals.close()
            db.dispose()
            return ready, seconds
    finally:
        valkey.close()
