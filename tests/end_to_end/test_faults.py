"""Real worker processes, a real broker, both databases; things die, and every review is scored exactly once.

The numbers are those of the fault list in docs/reliability.md. The races inside SQL are tested deterministically in
tests/db; here it is processes that are killed.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest
from sqlalchemy import text

from db.engine import Database
from db.results import verdict_of
from db.types import Accepted
from model import Scorer
from tests.fixtures.broker import Valkey
from tests.fixtures.reviews import Count, accept_csv, accept_text, long_review, recount, review
from tests.fixtures.workers import StartWorker, wait_until
from worker import names
from worker.bell import Bell
from worker.configuration import celery_app

ROWS = 2_500
LEASE_S = 3.0


def address(db: Database) -> str:
    return db.url.render_as_string(hide_password=False)


def ring(bell: Bell, accepted: Accepted) -> bool:
    return bell.ring(accepted.chunk_id, accepted.kind, accepted.queue)


def done(db: Database, accepted: Accepted) -> bool:
    return recount(db, accepted.job_id).state == "done"


def running(db: Database, kind: str = "score") -> int:
    with db.read() as session:
        sql = text("SELECT count(*) FROM chunks WHERE state = 'running' AND kind = :kind")
        return int(session.scalar(sql, {"kind": kind}) or 0)


def all_scored(rows: int) -> Count:
    return Count("done", rows, rows, 0, rows)


def test_a_review_and_a_file_go_through(
    db: Database, redis_url: str, worker_process: StartWorker, scorer: Scorer
) -> None:
    """Nothing dies; a pickled message is refused on the way, and the worker exits 0 at the end."""
    worker = worker_process(address(db), redis_url)
    bell = Bell(redis_url)
    pickled = celery_app(redis_url, sender=True)
    pickled.send_task(names.SCORE_REVIEW, args=[1], queue=names.INTERACTIVE, serializer="pickle")
    file, message = accept_csv(db, 300, empty=(7,)), accept_text(db, 5)
    assert ring(bell, file)
    assert ring(bell, message)
    wait_until(lambda: done(db, file) and done(db, message), what="both jobs")
    assert recount(db, file.job_id) == Count("done", 299, 299, 1, 299)
    expected = scorer.score([review(5)])[0]
    assert verdict_of(db, message.job_id).probability == pytest.approx(expected.probability, abs=1e-6)
    assert "ContentDisallowed" in worker.log.read_text() or "pickle" in worker.log.read_text()
    assert "scene" not in worker.log.read_text(), "a review's text is in the log"
    assert worker.terminate() == 0


def test_a_message_does_not_wait_behind_files(sqlite_db: Database, redis_url: str, worker_process: StartWorker) -> None:
    """Fault 19."""
    worker_process(address(sqlite_db), redis_url)
    bell = Bell(redis_url)
    file = accept_csv(sqlite_db, 2 * ROWS, text=long_review)
    ring(bell, file)
    wait_until(lambda: running(sqlite_db) > 0, what="bulk work")
    message = accept_text(sqlite_db)
    began = time.monotonic()
    ring(bell, message)
    wait_until(lambda: done(sqlite_db, message), what="the verdict")
    assert time.monotonic() - began < 2
    assert not done(sqlite_db, file)


def test_ten_deliveries_at_once_give_one_prediction(db: Database, redis_url: str, worker_process: StartWorker) -> None:
    """Fault 15."""
    worker_process(address(db), redis_url, processes=2)
    bell = Bell(redis_url)
    jobs = [accept_text(db, n) for n in range(20)]
    with ThreadPoolExecutor(4) as threads:
        assert all(threads.map(lambda job: ring(bell, job), jobs * 10))
    wait_until(lambda: all(done(db, job) for job in jobs), what="all verdicts")
    assert {recount(db, job.job_id) for job in jobs} == {all_scored(1)}


def test_kill_9_of_the_worker_in_the_middle(db: Database, redis_url: str, worker_process: StartWorker) -> None:
    """Fault 1."""
    worker = worker_process(address(db), redis_url, lease_s=LEASE_S)
    file = accept_csv(db, ROWS, text=long_review)
    ring(Bell(redis_url), file)
    wait_until(lambda: running(db) > 0, what="the first chunk")
    worker.kill()
    assert running(db) > 0, "nothing was in the middle"
    worker_process(address(db), redis_url, lease_s=LEASE_S)
    wait_until(lambda: done(db, file), what="the job")
    assert recount(db, file.job_id) == all_scored(ROWS)


def test_kill_9_of_a_pool_child_in_the_middle(sqlite_db: Database, redis_url: str, worker_process: StartWorker) -> None:
    """Fault 2; the Celery process lives on and starts another child, which must load the model first (fault 3)."""
    worker = worker_process(address(sqlite_db), redis_url, lease_s=LEASE_S)
    file = accept_csv(sqlite_db, ROWS, text=long_review)
    ring(Bell(redis_url), file)
    wait_until(lambda: running(sqlite_db) > 0, what="the first chunk")
    for child in worker.pool_children():
        child.kill()
    wait_until(lambda: done(sqlite_db, file), what="the job")
    assert recount(sqlite_db, file.job_id) == all_scored(ROWS)


def test_sigterm_lets_the_current_chunk_finish(
    sqlite_db: Database, redis_url: str, worker_process: StartWorker
) -> None:
    """Fault 23."""
    worker = worker_process(address(sqlite_db), redis_url)
    file = accept_csv(sqlite_db, ROWS, text=long_review)
    ring(Bell(redis_url), file)
    wait_until(lambda: running(sqlite_db) > 0, what="the first chunk")
    assert worker.terminate() == 0
    assert running(sqlite_db) == 0, "a chunk was dropped in the middle"
    worker_process(address(sqlite_db), redis_url)
    wait_until(lambda: done(sqlite_db, file), what="the job")
    assert recount(sqlite_db, file.job_id) == all_scored(ROWS)


def test_a_worker_that_slept_through_its_lease_stores_nothing_twice(
    db: Database, redis_url: str, worker_process: StartWorker
) -> None:
    """Fault 14."""
    sleeper = worker_process(address(db), redis_url, lease_s=LEASE_S)
    file = accept_csv(db, ROWS, text=long_review)
    ring(Bell(redis_url), file)
    wait_until(lambda: running(db) > 0, what="the first chunk")
    family = sleeper.family()
    for process in family:
        process.suspend()
    worker_process(address(db), redis_url, lease_s=LEASE_S)
    wait_until(lambda: done(db, file), 45, what="the job")
    for process in family:
        process.resume()
    assert sleeper.terminate() == 0
    assert recount(db, file.job_id) == all_scored(ROWS)


def test_a_broker_killed_twice_and_emptied(sqlite_db: Database, valkey: Valkey, worker_process: StartWorker) -> None:
    """Faults 5 and 8: the job finishes by itself after each, without anybody ringing again."""
    worker_process(address(sqlite_db), valkey.url, lease_s=LEASE_S)
    first = accept_csv(sqlite_db, ROWS, text=long_review)
    ring(Bell(valkey.url), first)
    wait_until(lambda: running(sqlite_db) > 0, what="the first chunk")
    for _ in range(2):
        valkey.kill()
        valkey.start()
    wait_until(lambda: done(sqlite_db, first), 45, what="the job after two kills")
    second = accept_csv(sqlite_db, ROWS, text=long_review)
    ring(Bell(valkey.url), second)
    wait_until(lambda: running(sqlite_db) > 0, what="the first chunk")
    valkey.flush()
    wait_until(lambda: done(sqlite_db, second), 45, what="the job after FLUSHALL")
    assert {recount(sqlite_db, job.job_id) for job in (first, second)} == {all_scored(ROWS)}


def test_a_frozen_broker_stops_no_acceptance(sqlite_db: Database, valkey: Valkey, worker_process: StartWorker) -> None:
    """Faults 6 and 7: what was accepted meanwhile is scored after the thaw, though its ring was never heard."""
    worker_process(address(sqlite_db), valkey.url)
    bell = Bell(valkey.url)
    valkey.freeze()
    began = time.monotonic()
    message = accept_text(sqlite_db)
    assert not ring(bell, message)
    assert time.monotonic() - began < 5
    valkey.thaw()
    wait_until(lambda: done(sqlite_db, message), 45, what="the verdict")
    assert recount(sqlite_db, message.job_id) == all_scored(1)


def test_no_process_outlives_a_killed_worker(sqlite_db: Database, redis_url: str, worker_process: StartWorker) -> None:
    """kill -9 of the supervisor alone."""
    worker = worker_process(address(sqlite_db), redis_url)
    family = worker.family()
    assert len(family) >= 5, "supervisor, two Celery processes and their pools"
    family[0].kill()
    _, alive = psutil.wait_procs(family, timeout=10)
    assert alive == []
