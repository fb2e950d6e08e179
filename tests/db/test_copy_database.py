"""From SQLite to PostgreSQL and back: every row, and the next job gets the next number."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

import db.copy_database as copy_module
from db.blobs import PART_BYTES, write_blob
from db.copy_database import NotEmpty, StillServed, copy_database
from db.engine import Database
from db.migrate import check
from db.operations.heartbeats import record
from db.operations.types import LATE_S
from db.queries.results import get_result
from db.queries.search import search
from db.queue.accept import accept_review
from db.tables import Base
from db.types import SearchFilter
from tests.db.operations.test_heartbeats import age
from tests.db.sealed_texts import NEW, SECRET, databases_at, fill, readable
from tests.db.steps import ME, check_invariants, done_file, done_review, drain, file_job, origin, state


def everything(db: Database) -> dict[str, list[tuple[object, ...]]]:
    with db.engine.connect() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
            for table in Base.metadata.sorted_tables
        }


@pytest.mark.parametrize("way", ["there", "back"])
def test_all_rows_move_and_work_goes_on(
    sqlite_url: str, empty_sqlite_url: str, postgres_url: str, empty_postgres_url: str, way: str
) -> None:
    old_url, new_url = (sqlite_url, empty_postgres_url) if way == "there" else (postgres_url, empty_sqlite_url)
    old = Database(old_url)
    done_file(old, 6)
    done_review(old, where=origin(film="Amélie"))
    waiting = file_job(old, 3)
    copied = copy_database(old_url, new_url)
    new = Database(new_url)
    assert check(new_url) == []
    assert everything(new) == everything(old)
    assert copied["reviews"] == 10
    drain(new)
    assert state(new, waiting) == "done"
    assert accept_review(new, origin(), "next").job_id == waiting + 1
    check_invariants(new)
    assert search(new, ME, SearchFilter(film="amélie")).items or way == "back"
    with pytest.raises(NotEmpty, match="make an empty one"):
        copy_database(old_url, new_url)
    old.dispose()
    new.dispose()


def test_a_database_that_is_worked_on_is_not_moved(sqlite_url: str, empty_postgres_url: str) -> None:
    old = Database(sqlite_url)
    record(old, "a", "worker", "here", {})
    with pytest.raises(StillServed, match="worker on here"):
        copy_database(sqlite_url, empty_postgres_url)
    assert "does not exist" not in check(empty_postgres_url)[0]
    age(old, "seen_at", "heartbeats", LATE_S + 1)
    copy_database(sqlite_url, empty_postgres_url)
    old.dispose()


def test_moving_a_database_keeps_texts_sealed(sqlite_url: str, tmp_path: Path) -> None:
    opener = databases_at(sqlite_url)
    db = next(opener)(NEW)
    result, _ = fill(db)
    target = f"sqlite:///{tmp_path / 'moved.sqlite3'}"
    copy_database(sqlite_url, target)
    moved = Database(target, text_keys=(NEW,))
    assert readable(moved) == 0
    assert get_result(moved, ME, result).text == f"{SECRET} in a message"
    moved.dispose()
    next(opener, None)


@pytest.mark.parametrize("rows", [2, 3, 4])
def test_every_row_moves_wherever_a_batch_ends(
    sqlite_url: str, empty_sqlite_url: str, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    monkeypatch.setattr(copy_module, "BATCH", 2)
    old, new = Database(sqlite_url), Database(empty_sqlite_url)
    done_file(old, rows)
    write_blob(old, [b"x" * PART_BYTES] * (6 + rows), owner=1)
    copied = copy_database(sqlite_url, empty_sqlite_url)
    assert everything(new) == everything(old)
    assert copied["reviews"] == rows
    old.dispose()
    new.dispose()
