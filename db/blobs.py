"""Files in SQL, in parts of 1 MiB: workers on other machines need no shared disk.

A blob is written part by part, each in its own short transaction, so that a slow sender never holds SQLite's one write
lock; it counts once its checksum is there. What nobody refers to after a day is swept out by `db.privacy.retention`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Final

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from db.crypto import Place, place
from db.digests import file_digest
from db.engine import Database
from db.errors import NotFound
from db.tables import Blob, BlobPart

PART_BYTES: Final = 1024 * 1024


def split_parts(parts: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in parts of 1 MiB, the last one shorter."""
    buffer = bytearray()
    for part in parts:
        buffer += part
        while len(buffer) >= PART_BYTES:
            yield bytes(buffer[:PART_BYTES])
            del buffer[:PART_BYTES]
    if buffer:
        yield bytes(buffer)


def new_blob(session: Session, owner: int) -> int:
    """A blob of that user without bytes, for `fill_blob`. When they are erased before a job has it, it goes."""
    blob = Blob(owner_id=owner)
    session.add(blob)
    session.flush()
    return blob.id


def part_place(blob_id: int, number: int, owner: int) -> Place:
    """Where a part of a file stands, and whose it is."""
    return place("blob_parts", blob_id, number, owner=owner)


def write_blob(db: Database, parts: Iterable[bytes], *, owner: int) -> int:
    """Stores a file of that user and returns its blob's id; as `new_blob` and `fill_blob`."""
    with db.begin() as session:
        blob_id = new_blob(session, owner)
    return fill_blob(db, blob_id, parts, owner=owner)


def fill_blob(db: Database, blob_id: int, parts: Iterable[bytes], *, owner: int) -> int:
    """Stores the bytes of a new blob of that user and returns its id. An error of `parts` leaves nothing behind.

    Raises NotFound when it was deleted meanwhile, with its owner.
    """
    size, digest = 0, sha256()
    try:
        for number, data in enumerate(split_parts(parts)):
            sealed = db.sealer.seal_bytes(data, part_place(blob_id, number, owner))
            with db.begin(bulk=True) as session:
                check_wanted(session, blob_id)
                session.execute(insert(BlobPart).values(blob_id=blob_id, number=number, data=sealed))
            size += len(data)
            digest.update(data)
        known = file_digest(db, owner, digest.hexdigest())
        with db.begin() as session:
            check_wanted(session, blob_id)
            session.execute(update(Blob).where(Blob.id == blob_id).values(size=size, sha256=known))
    except Exception:
        delete_blob(db, blob_id)
        raise
    return blob_id


def check_wanted(session: Session, blob_id: int) -> None:
    """Raises NotFound when the blob was deleted meanwhile, or is about to be; until the transaction ends it is not."""
    wanted = (
        Blob.id == blob_id,
        Blob.owner_id.is_not(None),
    )  # `db.privacy.purge.drop_unattached` takes the owner first
    if session.scalar(select(Blob.id).where(*wanted).with_for_update(key_share=True)) is None:
        raise NotFound("file")


def read_blob(db: Database, blob_id: int, *, owner: int) -> Iterator[bytes]:
    """The parts of a file of that user, up to 1 MiB each, in order, each read when asked for.

    NotFound when it is gone, also when it goes while it is read: nobody gets the first half of a deleted file for a
    whole one. `owner` is the owner of the job that the caller came from: sealed parts of somebody else's file do not
    open.
    """
    with db.read() as session:
        found = session.execute(select(Blob.sha256, Blob.size).where(Blob.id == blob_id)).one_or_none()
    if found is None or found[0] is None:
        raise NotFound("file")
    return _parts(db, blob_id, -(-found[1] // PART_BYTES), owner)


def _parts(db: Database, blob_id: int, count: int, owner: int) -> Iterator[bytes]:
    for number in range(count):
        with db.read() as session:
            where = (BlobPart.blob_id == blob_id, BlobPart.number == number)
            data = session.scalar(select(BlobPart.data).where(*where))
        if data is None:
            raise NotFound("file")
        yield db.sealer.open_bytes(data, part_place(blob_id, number, owner))


def delete_blob(db: Database, blob_id: int) -> None:
    """Deletes a file that nothing refers to."""
    with db.begin() as session:
        drop(session, blob_id)


def drop(session: Session, blob_id: int) -> None:
    """Deletes a blob and its parts in the caller's transaction."""
    session.execute(delete(BlobPart).where(BlobPart.blob_id == blob_id))
    session.execute(delete(Blob).where(Blob.id == blob_id))
