"""A database of PostgreSQL that a test was handed is as a new one, whatever the test before did with it."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from db.engine import Database
from db.queue.accept import accept_review
from tests.fixtures.postgres_databases import PostgresDatabases
from tests.fixtures.postgres_server import PostgresServer
from tests.fixtures.reviews import origin


@pytest.fixture
def databases(postgres_server: PostgresServer) -> Iterator[PostgresDatabases]:
    """Without any that another test handed back."""
    databases = PostgresDatabases(postgres_server, "reelfeel_template")
    yield databases
    databases.close()


def oid(connection: psycopg.Connection[tuple[int]]) -> int:
    """The database's own number, which it keeps under every name."""
    row = connection.execute("SELECT oid::int FROM pg_database WHERE datname = current_database()").fetchone()
    assert row is not None
    return row[0]


def numbers(server: PostgresServer, name: str) -> tuple[int, int]:
    """The database's own number, and that of the first review that is accepted in it."""
    with psycopg.connect(server.dsn(name)) as connection:
        own = oid(connection)
    db = Database(server.url(name))
    job = accept_review(db, origin(), "A fine film, and a long one.").job_id
    db.dispose()
    return own, job


def test_it_is_handed_on_empty_and_under_another_name(
    postgres_server: PostgresServer, databases: PostgresDatabases
) -> None:
    with databases.one() as first:
        kept = numbers(postgres_server, first)
        late = psycopg.connect(postgres_server.dsn(first))
        late.execute("LOCK TABLE jobs IN ACCESS SHARE MODE")  # somebody who is still at it
    with pytest.raises(psycopg.OperationalError):
        late.execute("SELECT 1")
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(postgres_server.dsn(first))  # nor is it there for somebody who comes before the next test
    with databases.one() as second:
        assert second != first
        assert numbers(postgres_server, second) == kept  # the same files, and counted from one again
        with pytest.raises(psycopg.OperationalError, match="does not exist"):
            psycopg.connect(postgres_server.dsn(first))


@pytest.mark.parametrize(
    "change",
    [
        "CREATE TABLE more (x int)",
        "DROP INDEX ix_jobs_owner",
        "ALTER TABLE jobs ADD COLUMN more int",
        "ALTER TABLE jobs DROP CONSTRAINT {check}",
        "ALTER TABLE jobs DISABLE TRIGGER ALL",
        "COMMENT ON TABLE jobs IS 'more'",
        "CREATE FUNCTION more() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE SCHEMA more",
        "GRANT SELECT ON jobs TO PUBLIC",
        "ALTER DATABASE {name} SET work_mem = '1MB'",
        "ALTER DATABASE {name} CONNECTION LIMIT 50",
        "REVOKE TEMPORARY ON DATABASE {name} FROM PUBLIC",
        "COMMENT ON DATABASE {name} IS 'more'",
        "CREATE STATISTICS more ON owner_id, state FROM jobs",
        "UPDATE alembic_version SET version_num = 'more'",
        "DELETE FROM alembic_version",
        "INSERT INTO bot_state (key, value) VALUES ('a', 'b'); ANALYZE",
        "TRUNCATE jobs CASCADE",
        "INSERT INTO bot_state (key, value) SELECT 'key' || n, repeat('x', 100) FROM generate_series(1, 2000) AS n",
        "SELECT lo_create(0)",
    ],
)
def test_one_that_was_changed_or_has_grown_is_not_handed_on(
    postgres_server: PostgresServer, databases: PostgresDatabases, change: str
) -> None:
    with databases.one() as name, psycopg.connect(postgres_server.dsn(name), autocommit=True) as connection:
        found = connection.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = 'jobs'::regclass AND contype = 'c'"
        ).fetchone()
        assert found is not None
        changed = oid(connection)
        connection.execute(change.format(check=found[0], name=name))  # type: ignore[call-overload]
    with databases.one() as other, psycopg.connect(postgres_server.dsn(other)) as connection:
        assert oid(connection) != changed
        assert connection.execute("SELECT count(*) FROM alembic_version WHERE version_num <> 'more'").fetchone() == (1,)
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(postgres_server.dsn(name))
