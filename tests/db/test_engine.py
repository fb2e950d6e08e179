"""The engine: how SQLite is set up, a rollback, two processes that make one file."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from db import engine
from db.engine import Database
from db.errors import DatabaseUnavailable
from db.migrate import check, upgrade
from db.tables import Job
from tests.faults.disk import Disk


@pytest.mark.parametrize(("durable", "synchronous"), [(True, 2), (False, 1)])
def test_sqlite_is_set_up_as_promised(sqlite_url: str, durable: bool, synchronous: int) -> None:
    db = Database(sqlite_url, durable=durable)
    with db.read() as session:
        assert session.scalar(text("PRAGMA journal_mode")) == "wal"
        assert session.scalar(text("PRAGMA synchronous")) == synchronous
        assert session.scalar(text("PRAGMA foreign_keys")) == 1
        assert (session.scalar(text("PRAGMA busy_timeout")) or 0) >= 10_000
    with db.begin() as session:
        session.execute(select(Job.id))
        # Having only read, it holds the write lock already: two of these can never both become writers later.
        other = sqlite3.connect(db.url.database or "", timeout=0)
        with closing(other), pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
    db.dispose()


def test_a_rolled_back_transaction_stores_nothing(db: Database) -> None:
    def broken() -> None:
        with db.begin() as session:
            session.add(Job(kind="message", state="active", owner_id=1, source="cli", source_id=1))
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken()
    with db.read() as session:
        assert session.scalar(select(func.count()).select_from(Job)) == 0


@pytest.fixture
def other(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Another process's connection that holds the lock of the new file `new.sqlite3`."""
    with closing(sqlite3.connect(tmp_path / "new.sqlite3", isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield connection


def test_two_processes_that_meet_in_making_the_file(
    other: sqlite3.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path / 'new.sqlite3'}"
    waited: list[float] = []

    def the_other_goes_on(seconds: float) -> None:
        waited.append(seconds)
        other.execute("COMMIT")

    monkeypatch.setattr(time, "sleep", the_other_goes_on)
    upgrade(url)
    assert waited == [engine.SWITCH_S]  # SQLite itself does not wait there, whatever the timeout
    assert check(url) == []


@pytest.mark.usefixtures("other")
def test_a_file_that_stays_locked_is_an_outage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "BUSY_S", -1)
    with pytest.raises(DatabaseUnavailable, match="was locked for"):
        upgrade(f"sqlite:///{tmp_path / 'new.sqlite3'}")


def test_the_file_and_its_log_are_their_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "new.sqlite3"
    before = os.umask(0o022)
    try:
        database = Database(f"sqlite:///{path}")
        with database.begin() as session:
            session.execute(text("CREATE TABLE a (b)"))
        files = [path, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))]
        assert [oct(one.stat().st_mode & 0o777) for one in files] == ["0o600"] * 3
        for one in files:
            one.chmod(0o644)  # as an earlier version left them
        database.dispose()
        with Database(f"sqlite:///{path}").begin() as session:
            session.execute(text("SELECT * FROM a"))
            assert [oct(one.stat().st_mode & 0o777) for one in files] == ["0o600"] * 3
    finally:
        os.umask(before)


@pytest.mark.parametrize("replaced", [False, True], ids=["deleted", "replaced"])
def test_a_file_that_is_deleted_or_replaced_takes_nothing_more(sqlite_db: Database, replaced: bool) -> None:
    """SQLite itself goes on writing to what has no name any more."""
    with sqlite_db.begin() as session:
        session.execute(text("DELETE FROM bot_state"))
    sqlite_db.check_usable()
    file = Path(str(sqlite_db.url.database))
    whole = file.read_bytes()
    file.unlink()
    if replaced:
        file.with_name("other").write_bytes(whole)
        file.with_name("more").write_bytes(whole)  # takes the number that became free
        file.with_name("other").rename(file)
    with pytest.raises(DatabaseUnavailable, match="was deleted or replaced"), sqlite_db.begin():
        pass
    with pytest.raises(DatabaseUnavailable, match="was deleted or replaced"):
        sqlite_db.check_usable()


def test_a_folder_that_cannot_be_written_to_any_more(sqlite_template: Path, tmp_path: Path) -> None:
    """A disk that is mounted read-only while the bot runs, as after an error of it."""
    disk = Disk(tmp_path / "disk", 32)
    try:
        if not disk.real:
            pytest.skip("a file system can only be mounted by root")
        path = disk.folder / "reelfeel.sqlite3"
        shutil.copyfile(sqlite_template, path)
        database = Database(f"sqlite:///{path}")
        database.check_schema()
        database.check_usable()
        database.dispose()
        disk.make_read_only()
        with pytest.raises(DatabaseUnavailable, match="cannot be written to"):
            database.check_usable()
        database.dispose()
    finally:
        disk.close()
