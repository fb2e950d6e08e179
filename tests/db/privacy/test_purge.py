"""Deleting texts and files in short transactions."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from db.blobs import PART_BYTES, write_blob
from db.engine import Database
from db.privacy import purge as emptying
from db.tables import Blob, BlobPart


def test_a_large_file_goes_a_few_parts_at_a_time(sqlite_db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emptying, "PARTS", 2)
    blob = write_blob(sqlite_db, [b"x" * PART_BYTES] * 5)
    deleted: list[int] = []
    real = emptying.changed_rows
    monkeypatch.setattr(
        emptying, "changed_rows", lambda session, what: deleted.append(real(session, what)) or deleted[-1]
    )
    emptying.drop_blob(sqlite_db, blob)
    assert deleted == [2, 2, 1, 1]
    assert count(sqlite_db, BlobPart) == count(sqlite_db, Blob) == 0


def count(db: Database, table: Any) -> int:
    with db.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0
