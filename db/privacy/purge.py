"""Deleting words and files in short transactions: on SQLite a member's message waits for the one write lock.

Words are texts, explanations and notes, and also names of films, files and columns. What stays of a job whose words
went belongs to nobody (`disown`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from itertools import islice
from typing import Any, Final, TypeVar

from sqlalchemy import ColumnElement, Delete, Update, delete, exists, func, null, or_, select, update
from sqlalchemy.orm import Session

from db import verdict_cache
from db.clock import db_time
from db.delivery.message_deletions import NOBODY, schedule_sent
from db.engine import Database
from db.queries.summaries import delete_summary
from db.tables import (
    Blob,
    BlobPart,
    Correction,
    Job,
    NoticeRow,
    OutputFile,
    Prediction,
    Review,
    SentMessage,
    Upload,
    aspects,
    report_films,
)
from db.types import TERMINAL

T = TypeVar("T")

ROWS: Final = 5_000
"""Rows of a job that one transaction empties."""
JOBS: Final = 500
"""Single reviews that one transaction empties."""
PARTS: Final = 16
"""Parts of 1 MiB that one transaction deletes."""
KEPT_PAGES: Final = 256
"""Free pages (1 MiB) that stay in the file."""
STEP_PAGES: Final = 1_000
"""Free pages that one step takes off: writers wait for it."""
CHECKPOINT_MS: Final = 500
"""Longest time that writers wait for the checkpoint after a deletion, milliseconds."""


def in_batches(ids: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """The ids or rows, `size` at a time."""
    left = iter(ids)
    while batch := tuple(islice(left, size)):
        yield batch


def changed_rows(session: Session, statement: Update | Delete) -> int:
    """Executes it; how many rows it changed."""
    result = session.execute(statement.execution_options(synchronize_session=False))
    return int(result.rowcount)  # type: ignore[attr-defined]


def mark_purge(session: Session, mine: ColumnElement[bool]) -> list[int]:
    """Locks the ended jobs that fit and marks them, before anything of theirs goes; their ids.

    From here on nobody goes on with them (`db.queue.resume`). One whose owner was faster is worked on again and is not
    among them: its texts stay.
    """
    # In order of their ids, as everybody else locks several jobs: two who meet wait and do not block each other.
    session.execute(select(Job.id).where(mine, ended()).order_by(Job.id).with_for_update())
    marked = (
        update(Job)
        .where(mine, ended())
        .values(purge_begun_at=func.coalesce(Job.purge_begun_at, db_time()))
        .returning(Job.id)
        .execution_options(synchronize_session=False)
    )
    return sorted(session.scalars(marked))


def ended() -> ColumnElement[bool]:
    """Nothing is taken from a job that is worked on."""
    return Job.state.in_(TERMINAL)


def row_ranges(db: Database, job_id: int) -> Iterator[ColumnElement[bool]]:
    """Conditions on `reviews` that cut a job's rows into pieces of `ROWS`, in order."""
    last = 0
    while True:
        mine = (Review.job_id == job_id, Review.row_number > last)
        with db.read() as session:
            rows = session.scalars(select(Review.row_number).where(*mine).order_by(Review.row_number).limit(ROWS)).all()
        if not rows:
            return
        yield (Review.job_id == job_id) & Review.row_number.between(rows[0], rows[-1])
        last = rows[-1]


def erase_texts(session: Session, mine: ColumnElement[bool]) -> tuple[int, int]:
    """Takes texts, films, explanations and notes from the reviews that fit; how many texts and explanations went."""
    ids = select(Review.id).where(mine)
    filmed = (Prediction.review_id.in_(ids), Prediction.film.is_not(None))
    changed_rows(session, update(Prediction).where(*filmed).values(film=None))
    changed_rows(session, update(Review).where(mine, Review.film.is_not(None)).values(film=None))
    has_explanation = Prediction.explanation.is_not(None)
    explained = changed_rows(
        session, update(Prediction).where(Prediction.review_id.in_(ids), has_explanation).values(explanation=None)
    )
    changed_rows(session, update(aspects).where(aspects.c.review_id.in_(ids)).values(begins=None, ends=None))
    # Labels measure quality, whoever gave them; without an owner each row still needs a number of its own.
    theirs = (Correction.review_id.in_(ids), Correction.user_id > NOBODY)
    changed_rows(session, update(Correction).where(*theirs).values(note=None, user_id=-Correction.id))
    verdict_cache.invalidate(session, mine)
    emptied = update(Review).where(mine, Review.text.is_not(None)).values(text=None, text_hash=None)
    return changed_rows(session, emptied), explained


def empty_rows(
    db: Database, job_id: int, also: Callable[[Session, ColumnElement[bool]], None] | None = None
) -> tuple[int, int]:
    """Takes texts and owner from the rows of a file, some thousands a transaction; texts and explanations that went.

    `also`: what else is taken from the verdicts that fit. Mark the job first (`mark_purge`); `drop_files` comes after.
    """
    texts = explanations = 0
    for mine in row_ranges(db, job_id):
        with db.begin(bulk=True) as session:
            gone = erase_texts(session, mine)
            verdicts = Prediction.review_id.in_(select(Review.id).where(mine))
            disown_predictions(session, verdicts)
            if also is not None:
                also(session, verdicts)
        texts, explanations = texts + gone[0], explanations + gone[1]
    return texts, explanations


def disown(session: Session, job_ids: Sequence[int]) -> int:
    """Takes everything from the jobs that leads back to who sent them, or that they wrote; how many jobs that were.

    The jobs count as shown, and messages about them that are not their cards go. Sums by film are made anew, without
    films. Their texts must be gone already.
    """
    schedule_sent(session, SentMessage.job_id.in_(job_ids))
    disown_predictions(session, Prediction.job_id.in_(job_ids))
    changed_rows(session, delete(Upload).where(Upload.job_id.in_(job_ids)))
    changed_rows(session, delete(NoticeRow).where(NoticeRow.job_id.in_(job_ids)))
    named = session.scalars(
        select(report_films.c.job_id).where(report_films.c.job_id.in_(job_ids), report_films.c.film != "").distinct()
    ).all()
    for job_id in named:
        delete_summary(session, job_id)
    nameless: dict[str, Any] = {
        "owner_id": NOBODY,
        "source_id": -Job.id,
        "channel_id": None,
        "message_id": None,
        "reply_to": None,
        "reply_channel_id": None,
        "reply_token": None,
        "language": None,
        "film": None,
        "error": None,
        "error_values": null(),
        "stored_bytes": 0,
        "purged_at": func.coalesce(Job.purged_at, db_time()),
        "delivered_at": func.coalesce(Job.delivered_at, db_time()),
        "rendered_version": Job.version,
    }
    return changed_rows(session, update(Job).where(Job.id.in_(job_ids)).values(**nameless))


def disown_predictions(session: Session, mine: ColumnElement[bool]) -> None:
    """Takes the owner from the verdicts that fit."""
    changed_rows(session, update(Prediction).where(mine, Prediction.owner_id != NOBODY).values(owner_id=NOBODY))


def drop_files(db: Database, job_id: int) -> int:
    """Deletes a job's stored files and marks it as emptied, and as nobody's; how many there were.

    A process that dies in between leaves blobs that nobody refers to; the next purge but one sweeps them out.
    """
    with db.begin(bulk=True) as session:
        blobs = set(session.scalars(select(OutputFile.blob_id).where(OutputFile.job_id == job_id)))
        changed_rows(session, delete(OutputFile).where(OutputFile.job_id == job_id))
        upload = session.get(Upload, job_id)
        if upload is not None and upload.blob_id is not None:
            blobs.add(upload.blob_id)
            upload.blob_id = None
            session.flush()
        disown(session, (job_id,))
    for blob_id in blobs:
        drop_blob(db, blob_id)
    return len(blobs)


def attached() -> ColumnElement[bool]:
    """A job has the blob, as what it was sent with or as a finished file."""
    return or_(exists().where(Upload.blob_id == Blob.id), exists().where(OutputFile.blob_id == Blob.id))


def drop_unattached(db: Database, blob_id: int) -> bool:
    """Deletes a blob unless a job has it; whether it did. Whoever stores it just now is refused from here on."""
    with db.begin(bulk=True) as session:
        if session.scalar(select(Blob.id).where(Blob.id == blob_id).with_for_update()) is None:
            return False
        # A statement of its own: it sees what was attached while the lock was waited for.
        if session.scalar(select(Blob.id).where(Blob.id == blob_id, attached())) is not None:
            return False
        session.execute(update(Blob).where(Blob.id == blob_id).values(owner_id=None))
    drop_blob(db, blob_id)
    return True


def drop_blob(db: Database, blob_id: int) -> None:
    """Deletes a blob that nothing refers to, a few parts at a time."""
    left = True
    while left:
        with db.begin(bulk=True) as session:
            numbers = session.scalars(
                select(BlobPart.number).where(BlobPart.blob_id == blob_id).order_by(BlobPart.number).limit(PARTS)
            ).all()
            changed_rows(session, delete(BlobPart).where(BlobPart.blob_id == blob_id, BlobPart.number.in_(numbers)))
            left = len(numbers) == PARTS
            if not left:
                changed_rows(session, delete(Blob).where(Blob.id == blob_id))


def give_room_back(db: Database) -> None:
    """Takes free pages off the end of SQLite's file, in short steps; does nothing on PostgreSQL, nor for a file from
    before that was never shrunk (`db.operations.space`). A few stay, for what comes next."""
    if db.engine.dialect.name != "sqlite":
        return
    with (
        closing(db.engine.raw_connection()) as connection,
        closing(connection.cursor()) as cursor,
        suppress(sqlite3.Error),
    ):
        free = KEPT_PAGES + 1
        before = None
        while free > KEPT_PAGES and free != before:
            before = free
            cursor.execute(f"PRAGMA incremental_vacuum({min(STEP_PAGES, max(1, free - KEPT_PAGES))})").fetchall()
            (free,) = cursor.execute("PRAGMA freelist_count").fetchone()


def truncate_wal(db: Database) -> None:
    """Empties SQLite's write-ahead log, in which the old pages still stand; does nothing on PostgreSQL.

    Best effort: while somebody reads, writers would have to wait, so it gives up soon and the next purge tries again.
    The pages themselves were overwritten when the text went (`PRAGMA secure_delete`).
    """
    if db.engine.dialect.name != "sqlite":
        return
    with closing(db.engine.raw_connection()) as connection, closing(connection.cursor()) as cursor:
        (before,) = cursor.execute("PRAGMA busy_timeout").fetchone()
        cursor.execute(f"PRAGMA busy_timeout={CHECKPOINT_MS}")
        try:
            with suppress(sqlite3.Error):
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            cursor.execute(f"PRAGMA busy_timeout={before}")
