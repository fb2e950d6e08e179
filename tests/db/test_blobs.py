"""Blobs: parts of 1 MiB, whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

import pytest
from sqlalchemy import select

from db.blobs import delete_blob, read_blob, split_parts, write_blob
from db.digests import file_digest
from db.engine import Database
from db.errors import NotFound
from db.tables import Blob, BlobPart

MIB = 1_048_576


@pytest.mark.parametrize(
    ("sizes", "parts"),
    [
        ([], []),
        ([MIB - 1], [MIB - 1]),
        ([MIB], [MIB]),
        ([MIB + 1], [MIB, 1]),
        ([3, MIB - 3, 5], [MIB, 5]),
        ([2 * MIB, 2 * MIB], [MIB] * 4),
    ],
)
def test_parts_are_full_but_for_the_last(sizes: list[int], parts: list[int]) -> None:
    assert [len(part) for part in split_parts(b"x" * size for size in sizes)] == parts


def test_a_file_comes_back_with_its_size_and_checksum(db: Database) -> None:
    data = bytes(range(256)) * 10_000
    blob_id = write_blob(db, [data[:7], data[7:]], owner=7)
    assert b"".join(read_blob(db, blob_id, owner=7)) == data
    with db.read() as session:
        blob = session.get_one(Blob, blob_id)
        assert (blob.size, blob.sha256) == (len(data), file_digest(db, 7, sha256(data).hexdigest()))
        assert len(session.scalars(select(BlobPart.number)).all()) == 3
    delete_blob(db, blob_id)
    with pytest.raises(NotFound):
        read_blob(db, blob_id, owner=7)


def test_what_breaks_off_is_no_file(sqlite_db: Database) -> None:
    def broken() -> Iterator[bytes]:
        yield b"x" * (MIB + 1)
        raise ConnectionError

    with pytest.raises(ConnectionError):
        write_blob(sqlite_db, broken(), owner=7)
    with sqlite_db.read() as session:
        assert session.scalars(select(Blob.id)).all() == session.scalars(select(BlobPart.number)).all() == []
