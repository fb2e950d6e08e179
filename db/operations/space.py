"""Space: what the database takes up, what may be stored, what the disk has left; and giving SQLite's room back."""

from __future__ import annotations

import math
from contextlib import closing
from pathlib import Path
from typing import Final

from sqlalchemy import text, true

from db.engine import Database, translate_errors
from db.errors import DatabaseFull
from db.operations.types import Space
from db.queue.quotas import stored_bytes

FULL_COPY: Final = 1.1
"""Free room that shrinking needs, in sizes of the file: SQLite writes it anew beside the old one."""


def space(db: Database) -> Space:
    """As it is now; two small queries. Raises DatabaseUnavailable."""
    with db.read() as session:
        stored = stored_bytes(session, true())
        if db.reserve is None:
            size = session.scalar(text("SELECT pg_database_size(current_database())")) or 0
            return Space(int(size), stored)
    return Space(_on_disk(db.reserve.database), stored, db.reserve.free_bytes(), db.reserve.held)


def _on_disk(file: Path) -> int:
    files = (file, file.with_name(file.name + "-wal"))
    return sum(one.stat().st_size for one in files if one.exists())


def shrink(db: Database) -> tuple[int, int]:
    """Writes SQLite's file anew without free pages, so that it is no larger than what it holds, and from now on gives
    room back by itself; its size before and after. Others wait meanwhile: seconds for each GiB.

    Does nothing on PostgreSQL, which has autovacuum. Raises DatabaseFull when the disk has no room for the copy.
    """
    if db.reserve is None:
        size = space(db).database
        return size, size
    before = _on_disk(db.reserve.database)
    if db.reserve.free_bytes() < FULL_COPY * before:
        needed = math.ceil(FULL_COPY * before / 2**20)
        raise DatabaseFull(f"Shrinking needs {needed:,} MiB of free disk beside the database: free some.")
    raw = closing(db.engine.raw_connection())
    with translate_errors(db.url), raw as connection, closing(connection.cursor()) as cursor:
        cursor.execute("PRAGMA auto_vacuum=INCREMENTAL")
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    return before, _on_disk(db.reserve.database)
