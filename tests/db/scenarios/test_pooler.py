"""PgBouncer in transaction mode, as hosted databases have it: every transaction may get another connection."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from sqlalchemy import func, select, text

from db.engine import IDLE_S, Database
from db.errors import DatabaseUnavailable
from db.migrate import check, upgrade
from db.tables import Job
from tests.fixtures.chunks import drain
from tests.fixtures.pooler import CONNECTIONS, Pooler
from tests.fixtures.reviews import accept_csv, recount
from tests.fixtures.scorer import Judge
from worker.files.limits import Limits

ROWS = 40
CLIENTS = 6
LIMITS = Limits(max_rows=1000, max_unpacked_bytes=2**20, max_review_chars=1000)


@pytest.fixture
def pooled(pooler: Pooler, postgres_url: str) -> Iterator[Database]:
    database = Database(pooler.url(postgres_url), durable=True)
    yield database
    database.dispose()


def test_a_schema_is_made_through_it(pooler: Pooler, empty_postgres_url: str) -> None:
    url = pooler.url(empty_postgres_url)
    upgrade(url)
    assert check(url) == []


def test_files_are_scored_through_it_by_many_at_once(pooler: Pooler, pooled: Database) -> None:
    """Statements repeat on a few connections that the clients share: one that was prepared would be missing there."""
    jobs = [accept_csv(pooled, ROWS).job_id for _ in range(3)]

    def work(_: int) -> None:
        own = Database(str(pooled.url.render_as_string(hide_password=False)))
        drain(own, Judge(), limits=LIMITS)  # type: ignore[arg-type]
        for _turn in range(8):
            with own.read() as session:
                assert session.scalar(select(func.count()).select_from(Job)) == len(jobs)
        own.dispose()

    assert CLIENTS > CONNECTIONS
    with ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(work, range(CLIENTS)))
    assert [recount(pooled, job).predictions for job in jobs] == [ROWS] * 3


def test_a_statement_that_was_sent_often_is_understood_by_another_connection(pooled: Database) -> None:
    def ask() -> int:
        with pooled.begin() as session:  # committed: after a rollback the driver forgets what it prepared
            session.scalars(select(Job.id).where(Job.owner_id == 1)).all()
            return int(session.scalar(text("SELECT pg_backend_pid()")) or 0)

    other = Database(str(pooled.url.render_as_string(hide_password=False)))
    with other.read() as held:  # the one connection of the server; all below is sent over the other
        held.execute(text("SELECT 1"))
        first = {ask() for _ in range(8)}
    other.dispose()
    assert len(first) == 1
    assert ask() not in first  # the pooler gives out the one that came back last


def test_every_transaction_has_its_time_zone_and_its_patience_and_leaves_none_behind(
    pooler: Pooler, pooled: Database
) -> None:
    for way in (pooled.read, pooled.begin):
        with way() as session:
            assert session.scalar(text("SHOW timezone")) == "UTC"
            assert session.scalar(text("SHOW idle_in_transaction_session_timeout")) == f"{IDLE_S // 60}min"
    with psycopg.connect(pooled.url.set(drivername="postgresql").render_as_string(), autocommit=True) as other:
        shown = other.execute("SHOW idle_in_transaction_session_timeout").fetchone()
        assert shown == ("0",), "it belongs to whoever gets the connection next"


def test_an_option_that_a_pooler_refuses_is_named_with_its_setting(pooler: Pooler, postgres_url: str) -> None:
    database = Database(f"{pooler.url(postgres_url)}&options=-csearch_path%3Dpublic")
    with pytest.raises(DatabaseUnavailable, match="ignore_startup_parameters"), database.read() as session:
        session.scalar(select(func.count()).select_from(Job))
    database.dispose()
