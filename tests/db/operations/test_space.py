"""What is taken up and what is free; a file from before shrinks once it is told to, and by itself from then on."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest

from db import reserve
from db.blobs import delete_blob, write_blob
from db.engine import Database
from db.errors import DatabaseFull
from db.operations.space import shrink, space
from db.queue.accept import accept_upload
from tests.db.steps import origin


def test_what_is_taken_up(db: Database) -> None:
    accept_upload(db, origin(), filename="a.csv", parts=[b"x" * 5_000])
    seen = space(db)
    assert seen.stored == 5_000
    assert seen.database > 5_000
    if db.engine.dialect.name == "sqlite":
        assert seen.free is not None
        assert seen.free > 0
        assert seen.reserve is False
    else:
        assert (seen.free, seen.reserve) == (None, None)


def test_an_older_file_shrinks_when_told_to(tmp_path: Path, sqlite_template: Path) -> None:
    """Its tables were made before it could give room back."""
    path = tmp_path / "old.sqlite3"
    with closing(sqlite3.connect(sqlite_template)) as template, closing(sqlite3.connect(path)) as old:
        old.executescript("\n".join(template.iterdump()))
        assert old.execute("PRAGMA auto_vacuum").fetchone() == (0,)
    database = Database(f"sqlite:///{path}")
    delete_blob(database, write_blob(database, [b"x" * 2_000_000], owner=1))
    before, after = shrink(database)
    assert before > 2_000_000 > after == space(database).database
    with closing(sqlite3.connect(path)) as shrunk:
        assert shrunk.execute("PRAGMA auto_vacuum").fetchone() == (2,)
    database.dispose()


def test_without_room_for_a_copy_it_says_so(sqlite_db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reserve.shutil, "disk_usage", lambda _: SimpleNamespace(free=1000))
    with pytest.raises(DatabaseFull, match=r"needs [12] MiB of free disk"):
        shrink(sqlite_db)
