"""Deleting texts and files in short transactions."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from db.blobs import PART_BYTES, write_blob
from db.engine import Database
from db.privacy import purge as emptying
from db.tables import Blob, BlobPart, Review
from tests.db.steps import file_job


def test_a_large_file_goes_a_few_parts_at_a_time(sqlite_db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emptying, "PARTS", 2)
    blob = write_blob(sqlite_db, [b"x" * PART_BYTES] * 5, owner=1)
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


@pytest.mark.parametrize(("rows", "ranges"), [(0, 0), (1, 1), (2, 1), (3, 2), (4, 2), (5, 3)])
def test_ranges_hold_every_row_once(
    sqlite_db: Database, monkeypatch: pytest.MonkeyPatch, rows: int, ranges: int
) -> None:
    monkeypatch.setattr(emptying, "ROWS", 2)
    job_id = file_job(sqlite_db, rows)
    cut = list(emptying.row_ranges(sqlite_db, job_id))
    assert len(cut) == ranges
    with sqlite_db.read() as session:
        found = [row for mine in cut for row in session.scalars(select(Review.row_number).where(mine))]
    assert found == list(range(1, rows + 1))


def test_batches_hold_every_id_once() -> None:
    assert [list(batch) for batch in emptying.in_batches([1, 2, 3, 4, 5], 2)] == [[1, 2], [3, 4], [5]]
    assert [list(batch) for batch in emptying.in_batches([1, 2, 3, 4], 2)] == [[1, 2], [3, 4]]
    assert list(emptying.in_batches([], 2)) == []
