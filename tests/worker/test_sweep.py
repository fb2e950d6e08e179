"""The timer: rings for what waits, and outlives a database that is not there."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import redis
from sqlalchemy import text

from common.broker import names
from common.broker.job_signals import JobSignals
from db.engine import Database
from db.migrate import upgrade
from db.types import Accepted
from tests.fixtures.reviews import accept_csv, accept_text
from tests.fixtures.workers import wait_until
from worker.sweep import Sweeper

StartSweeper = Callable[[Database, str], Sweeper]


@pytest.fixture
def sweeper() -> Iterator[StartSweeper]:
    started: list[Sweeper] = []

    def start(db: Database, redis_url: str) -> Sweeper:
        started.append(Sweeper(db, JobSignals(redis_url), slots=1, every_s=0.05, retention_days=90))
        started[-1].start()
        return started[-1]

    yield start
    for one in started:
        one.stop()
        assert not one.is_alive()


def waiting(redis_url: str, queue: str) -> int:
    with redis.Redis.from_url(redis_url) as client:
        return int(client.llen(queue))


def age(db: Database, accepted: Accepted, seconds: int) -> None:
    """Makes the chunk's only ring so old."""
    with db.begin() as session:
        then = f"strftime('%Y-%m-%d %H:%M:%f000', 'now', '-{seconds} seconds')"
        session.execute(text(f"UPDATE chunks SET rung_at = {then} WHERE id = :id"), {"id": accepted.chunk_id})


def test_a_ring_that_nobody_heard_is_repeated(sqlite_db: Database, redis_url: str, sweeper: StartSweeper) -> None:
    message, file = accept_text(sqlite_db), accept_csv(sqlite_db, 3)
    age(sqlite_db, message, 60)
    age(sqlite_db, file, 60)
    sweeper(sqlite_db, redis_url)
    wait_until(lambda: waiting(redis_url, names.INTERACTIVE) == 1, 10, what="a ring for the message")
    wait_until(lambda: waiting(redis_url, names.BULK) == 1, 10, what="a ring for the file")


def test_the_timer_outlives_a_database_without_tables(
    empty_sqlite_url: str, redis_url: str, sweeper: StartSweeper, caplog: pytest.LogCaptureFixture
) -> None:
    db = Database(empty_sqlite_url)
    timer = sweeper(db, redis_url)
    wait_until(lambda: "sweep failed" in caplog.text, 10, what="a failed sweep")
    upgrade(empty_sqlite_url)
    message = accept_text(db)
    age(db, message, 60)
    wait_until(lambda: waiting(redis_url, names.INTERACTIVE) == 1, 20, what="a ring after the repair")
    assert timer.is_alive()
