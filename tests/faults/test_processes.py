"""Real worker processes, a real broker, both databases; things die, and every review is scored exactly once.

The numbers are those of the fault list in docs/reliability.md. The races inside SQL are tested deterministically in
tests/db; here it is processes that are killed.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from sqlalchemy import text

from common.broker import names
from common.broker.celery_config import celery_app
from common.broker.job_signals import JobSignals
from db.engine import Database
from db.queries.results import verdict_of
from db.types import Accepted
from model import Scorer
from tests.fixtures.broker import Valkey
from tests.fixtures.reviews import Count, accept_csv, accept_text, long_review, recount, review
from tests.fixtures.workers import GONE_S, WorkerProcess, wait_until

ROWS = 700
"""Of the length of real reviews: several chunks, the first of which runs long enough to be broken in the middle."""
LEASE_S = 6.0
"""Time limits follow from it. Bulk processes give way to all others: at half of it a busy machine killed child after
child, each of which loads its libraries first, for two minutes."""


class Place:
    """A database, a broker of its own, and a worker on both.

    All tests of a kind of database share them, since a worker takes seconds of a processor to start: whoever ends the
    worker leaves a job done and no worker, and the next one starts another. Leases and sweeps are short.
    """

    def __init__(self, db: Database, folder: Path) -> None:
        self.db, self.valkey = db, Valkey()
        self._folder = folder
        self._workers: list[WorkerProcess] = []

    def worker(self) -> WorkerProcess:
        """The one that runs, or a new one."""
        if self._workers and self._workers[-1].is_running():
            return self._workers[-1]
        return self.another()

    def another(self) -> WorkerProcess:
        """A new one, beside what runs."""
        url = self.db.url.render_as_string(hide_password=False)
        log = self._folder / f"worker-{len(self._workers)}.log"
        tuning = {"REELFEEL_LEASE_S": str(LEASE_S), "REELFEEL_SWEEP_S": "0.3", "REELFEEL_LOG_LEVEL": "DEBUG"}
        self._workers.append(WorkerProcess(url, self.valkey.url, log, processes=1, tuning=tuning))
        return self._workers[-1]

    def close(self) -> None:
        for worker in self._workers:
            worker.kill()
        self.valkey.close()


@pytest.fixture(scope="module")
def place(module_db: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    shared = Place(module_db, tmp_path_factory.mktemp("place"))
    yield shared
    shared.close()


on_sqlite = pytest.mark.parametrize("module_db", ["sqlite"], indirect=True)


def ring(signals: JobSignals, accepted: Accepted) -> bool:
    return signals.publish_chunk(accepted.chunk_id, accepted.kind, accepted.queue)


def done(db: Database, accepted: Accepted) -> bool:
    return recount(db, accepted.job_id).state == "done"


def running(db: Database, kind: str = "score") -> int:
    with db.read() as session:
        sql = text("SELECT count(*) FROM chunks WHERE state = 'running' AND kind = :kind")
        return int(session.scalar(sql, {"kind": kind}) or 0)


_copies = itertools.count(1)


def in_the_middle(place: Place) -> Accepted:
    """A file job whose first chunk is being scored.

    Each file has texts of its own: those that a database knows already are not scored again, and its chunks then run
    too short to be seen.
    """
    copy = next(_copies)
    file = accept_csv(place.db, ROWS, text=lambda number: f"{long_review(number)} Evening {copy}.")
    ring(JobSignals(place.valkey.url), file)
    wait_until(lambda: running(place.db) > 0, what="the first chunk")
    return file


def finishes(db: Database, job: Accepted, rows: int = ROWS) -> None:
    """Waits for the end of the job; every row has exactly one prediction.

    Long: where others want the processors, a bulk process is killed by its time limit, and each time the wake-up is
    repeated after fifteen seconds.
    """
    wait_until(lambda: done(db, job), 180, what="the end of the job")
    assert recount(db, job.job_id) == Count("done", rows, rows, 0, rows)


def test_all_goes_through(place: Place, scorer: Scorer) -> None:
    """Faults 15 and 19 on the way: a message delivered ten times, and one sent while a file is worked on."""
    worker, db = place.worker(), place.db
    signals = JobSignals(place.valkey.url)
    pickled = celery_app(place.valkey.url, sender=True)
    pickled.send_task(names.SCORE_REVIEW, args=[1], queue=names.INTERACTIVE, serializer="pickle")
    file = in_the_middle(place)
    message = accept_text(db, 5)
    assert ring(signals, message)
    wait_until(lambda: done(db, message), what="the verdict")
    assert not done(db, file), "the message waited behind the file"
    expected = scorer.score([review(5)])[0]
    assert verdict_of(db, message.job_id).probability == pytest.approx(expected.probability, abs=1e-6)
    many = [accept_text(db, n) for n in range(10)]
    with ThreadPoolExecutor(4) as threads:
        assert all(threads.map(lambda job: ring(signals, job), many * 10))
    for job in many:
        finishes(db, job, rows=1)
    finishes(db, file)
    log = worker.log.read_text()
    assert "ContentDisallowed" in log, "a pickle was read"
    assert "scene" not in log, "a review's text is in the log"


@on_sqlite
def test_sigterm_lets_the_current_chunk_finish(place: Place) -> None:
    """Fault 23."""
    worker = place.worker()
    file = in_the_middle(place)
    assert worker.terminate() == 0
    assert running(place.db) == 0, "a chunk was dropped in the middle"
    assert not done(place.db, file)
    place.worker()
    finishes(place.db, file)


@on_sqlite
def test_kill_9_of_a_pool_child_in_the_middle(place: Place) -> None:
    """Fault 2; the Celery process lives on and starts another child, which must load the model first (fault 3)."""
    worker = place.worker()
    file = in_the_middle(place)
    for child in worker.pool_children():
        child.kill()
    finishes(place.db, file)


@on_sqlite
def test_a_broker_that_dies_while_a_chunk_is_scored(place: Place) -> None:
    """Fault 5, twice, of a worker whose pool child was killed before (the test above). The chunk's acknowledgement
    fails; the worker must not be deaf after that (worker/task_requests.py)."""
    place.worker()
    file = in_the_middle(place)
    for _ in range(2):
        place.valkey.kill()
        wait_until(lambda: running(place.db) == 0, what="the end of the chunk")
        place.valkey.start()
    finishes(place.db, file)


@on_sqlite
def test_an_emptied_broker(place: Place) -> None:
    """Fault 8: the job finishes by itself, without anybody ringing again."""
    place.worker()
    file = in_the_middle(place)
    place.valkey.flush()
    finishes(place.db, file)


@on_sqlite
def test_a_frozen_broker_stops_no_acceptance(place: Place) -> None:
    """Faults 6 and 7: what was accepted meanwhile is scored after the thaw, though its ring was never heard."""
    place.worker()
    signals = JobSignals(place.valkey.url)
    place.valkey.freeze()
    began = time.monotonic()
    message = accept_text(place.db, 11)
    assert not ring(signals, message)
    assert time.monotonic() - began < 5
    place.valkey.thaw()
    finishes(place.db, message, rows=1)


def test_kill_9_of_the_worker_in_the_middle(place: Place) -> None:
    """Fault 1. Its Celery processes and their children go with it; another worker goes on."""
    worker = place.worker()
    file = in_the_middle(place)
    family = worker.family()
    assert len(family) >= 5, "supervisor, two Celery processes and their pools"
    family[0].kill()
    assert psutil.wait_procs(family, timeout=GONE_S)[1] == []
    assert running(place.db) > 0, "nothing was in the middle"
    place.worker()
    finishes(place.db, file)


@on_sqlite
def test_a_worker_that_slept_through_its_lease_stores_nothing(place: Place) -> None:
    """Fault 14: its scoring child wakes up first and tries to commit, long after another did the chunk.

    Its supervisor stays awake: stopped in the middle of a sweep it would keep SQLite's one write lock.
    """
    sleeper = place.worker()
    before = len(sleeper.log.read_text())
    file = in_the_middle(place)
    children, family = sleeper.pool_children(), sleeper.family()[1:]
    for process in family:
        process.suspend()
    place.another()
    finishes(place.db, file)
    for process in children:
        process.resume()
    wait_until(
        lambda: "chunk not stored" in sleeper.log.read_text()[before:], 60, what="the refusal of the late commit"
    )
    for process in set(family) - set(children):
        process.resume()
    finishes(place.db, file)
