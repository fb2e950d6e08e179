"""A database that is not there: one plain sentence, and no password in it or behind it."""

from __future__ import annotations

import traceback
from pathlib import Path

import pytest
from sqlalchemy import select, text

from db.crypto import Stored, review_place, sealed
from db.engine import Database
from db.errors import DatabaseUnavailable, DbError, WrongDatabaseUrl
from db.migrate import check, upgrade
from db.queue import accept
from db.queue.accept import accept_review
from db.tables import Review
from tests.db.steps import check_invariants, claim, commit, must, origin
from tests.fixtures.postgres_server import PostgresServer, running_server

NOWHERE = "postgresql://bob:hunter2@127.0.0.1:1/films"


@pytest.fixture(autouse=True)
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is away stays away here."""
    monkeypatch.setattr(accept, "PATIENCE_S", -1.0)


def silent(error: BaseException) -> None:
    """Neither the error nor anything a log would print with it holds the password."""
    assert "hunter2" not in "".join(traceback.format_exception(error))


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_unreachable_server(scheme: str) -> None:
    db = Database(NOWHERE.replace("postgresql", scheme))
    with pytest.raises(DatabaseUnavailable, match=r"127\.0\.0\.1:1.*cannot be reached: check") as caught:
        accept_review(db, origin(), "good")
    silent(caught.value)
    with pytest.raises(DatabaseUnavailable) as caught:
        db.check_schema()
    silent(caught.value)
    with pytest.raises(DatabaseUnavailable) as caught:
        upgrade(NOWHERE)
    silent(caught.value)
    (problem,) = check(NOWHERE)
    assert "cannot be reached" in problem
    assert "hunter2" not in problem
    assert "bob" not in problem


@pytest.mark.parametrize(
    "url", ["bob:hunter2", "mysql://bob:hunter2@host/films", "postgresql//bob:hunter2@host/x", "", "sqlite://"]
)
def test_wrong_url(url: str) -> None:
    with pytest.raises(WrongDatabaseUrl) as caught:
        Database(url)
    silent(caught.value)
    with pytest.raises(WrongDatabaseUrl):
        check(url)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql://bob:hun@ter2@127.0.0.1:1/x", "percent"),
        ("postgresql://bob:hun/ter2@127.0.0.1:1/x", "percent"),
        ("postgresql://bob:hun#ter2@127.0.0.1:1/x", "percent"),
        ("postgresql://bob:hun?ter2@127.0.0.1:1/x", "percent"),
        ("postgresql://bob@127.0.0.1:1/x?password=hun&ter2=1", "%26"),
        ("postgresql://bob:hunter2@127.0.0.1:1/x?pgbouncer=true", "pgbouncer"),
        ("postgresql://bob:hunter2@127.0.0.1:ter2/x", "is not a database URL"),
        ("sqlite:////tmp/x.sqlite3?journal=wal", "journal"),
    ],
)
def test_what_is_wrong_with_a_url_repeats_no_piece_of_its_password(url: str, words: str) -> None:
    with pytest.raises(WrongDatabaseUrl, match="DATABASE_URL") as caught:
        Database(url)
    assert words in str(caught.value)
    assert not [piece for piece in ("hun", "ter2", "bob") if piece in str(caught.value)]


@pytest.mark.parametrize(
    "option", ["sslmode=disable", "connect_timeout=3", "channel_binding=prefer", "options=-cx%3D1"]
)
def test_what_libpq_knows_is_left_to_it(option: str) -> None:
    Database(f"{NOWHERE}?{option}").dispose()


def test_sqlite_in_a_folder_that_is_not_there(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'gone' / 'x.sqlite3'}"
    with pytest.raises(DatabaseUnavailable, match="cannot be reached"), Database(url).read() as session:
        session.execute(text("SELECT 1"))
    assert "does not exist" in check(url)[0]


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "x.sqlite3").write_text("these are the words of a film review, not of a database " * 100)
    url = f"sqlite:///{tmp_path / 'x.sqlite3'}"
    assert "is damaged" in check(url)[0]
    with pytest.raises(DatabaseUnavailable, match="is damaged"):
        upgrade(url)


def test_a_database_that_may_not_be_written(postgres_url: str) -> None:
    db = Database(postgres_url)
    with db.begin() as session:
        session.execute(text("ALTER DATABASE " + (db.url.database or "") + " SET default_transaction_read_only = on"))
    db.dispose()
    with pytest.raises(DatabaseUnavailable, match="cannot be written to"):
        accept_review(db, origin(), "good")
    db.dispose()


def test_any_driver_of_postgresql_is_psycopg(postgres_url: str) -> None:
    for scheme in ("postgres", "postgresql+psycopg2", "postgresql+asyncpg"):
        assert check(postgres_url.replace("postgresql", scheme, 1)) == []


def test_sqlite_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DatabaseUnavailable, match="cannot be made"):
        upgrade(f"sqlite:///{tmp_path / 'file' / 'x.sqlite3'}")


def secret(db: Database) -> Stored | None:
    """A text that no error may repeat."""
    return sealed(db.sealer, "secret words", review_place(1, 1, 1))


def test_a_bug_is_not_mistaken_for_an_outage(db: Database) -> None:
    with pytest.raises(Exception, match=r"(?i)constraint") as caught, db.begin() as session:
        session.add(Review(job_id=1, row_number=None, text=secret(db)))
    assert not isinstance(caught.value, DbError)


def test_an_error_holds_no_text_of_a_review(sqlite_db: Database) -> None:
    with pytest.raises(Exception, match=r"(?i)constraint") as caught, sqlite_db.begin() as session:
        session.add(Review(job_id=12345, row_number=1, text=secret(sqlite_db)))
    assert "secret words" not in "".join(traceback.format_exception(caught.value))


def stopped_inside(db: Database, server: PostgresServer) -> None:
    with db.begin() as session:
        session.execute(select(1))
        server.stop()
        session.execute(select(1))


def test_a_server_that_stops_in_the_middle_and_comes_back() -> None:
    with running_server() as server:
        server.execute("CREATE DATABASE films")
        upgrade(server.url("films"))
        db = Database(server.url("films"))
        accepted = accept_review(db, origin(), "good")
        held = must(claim(db, accepted.chunk_id))
        server.stop()
        with pytest.raises(DatabaseUnavailable, match="cannot be reached"):
            commit(db, held)
        server.start()
        assert commit(db, held)
        with pytest.raises(DatabaseUnavailable):
            stopped_inside(db, server)
        server.start()
        check_invariants(db)
        db.dispose()
