"""Accepting: when one of these returns, the review is stored, and nothing that dies afterwards can lose it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from db.blobs import delete_blob, write_blob
from db.clock import db_time
from db.dialect import film_name, insert_for, storable, wait_exclusive
from db.engine import Database
from db.errors import QuotaExceeded
from db.scope import visible
from db.tables import Blob, Chunk, Job, Review, Upload
from db.types import TERMINAL, Accepted, JobKind, JobState, Origin, Viewer

QUOTA_LOCK: Final = 0x0A << 56
"""Space of PostgreSQL advisory locks, one a user, that make two uploads at once count each other."""


def accept_review(db: Database, origin: Origin, text: str) -> Accepted:
    """Stores one review and its job in one commit; the same Discord event a second time gives the first job's ids."""
    with db.begin() as session:
        job_id = _new_job(session, origin, part=0, kind="message", state="active", rows_total=1)
        if job_id is None:
            return _first(session, origin, 0)
        session.add(Review(job_id=job_id, row_number=1, text=storable(text), film=film_name(origin.film)))
        chunk = Chunk(job_id=job_id, kind="score", queue="interactive", first_row=1, last_row=1, rows=1)
        return _rung(session, chunk)


def accept_upload(
    db: Database,
    origin: Origin,
    *,
    filename: str,
    parts: Iterable[bytes],
    part: int = 0,
    text_column: str | None = None,
    film_column: str | None = None,
    date_column: str | None = None,
    max_active_jobs: int | None = None,
) -> Accepted:
    """Stores a file and its job; `part` is the attachment's index in its message.

    The bytes go first, part by part; the job appears in one commit when all are there. Raises QuotaExceeded before the
    bytes are read when the owner has `max_active_jobs` unfinished file jobs; an error of `parts` leaves nothing behind.
    """
    with db.read() as session:
        if _known(session, origin, part):
            return _first(session, origin, part)
        _check_quota(session, origin.owner_id, max_active_jobs)
    blob_id = write_blob(db, parts)
    try:
        with db.begin() as session:
            wait_exclusive(session, QUOTA_LOCK ^ origin.owner_id)
            if not _known(session, origin, part):
                _check_quota(session, origin.owner_id, max_active_jobs)
            job_id = _new_job(session, origin, part=part, kind="file", state="ingesting", rows_total=0)
            if job_id is not None:
                blob = session.get_one(Blob, blob_id)
                upload = Upload(job_id=job_id, blob_id=blob_id, filename=storable(filename), size=blob.size)
                upload.sha256 = blob.sha256 or ""
                upload.text_column, upload.film_column, upload.date_column = text_column, film_column, date_column
                session.add(upload)
                return _rung(session, Chunk(job_id=job_id, kind="ingest", queue="bulk"))
            accepted = _first(session, origin, part)
    except Exception:
        delete_blob(db, blob_id)
        raise
    delete_blob(db, blob_id)
    return accepted


def find_same_file(db: Database, viewer: Viewer, sha256: str) -> int | None:
    """The viewer's latest finished job over the same bytes whose files are still there; None when there is none."""
    with db.read() as session:
        return session.scalar(
            select(Job.id)
            .join(Upload, Upload.job_id == Job.id)
            .where(Upload.sha256 == sha256, Job.state == "done", Job.purged_at.is_(None))
            .where(visible(viewer, Job), Job.owner_id == viewer.user_id)
            .order_by(Job.id.desc())
            .limit(1)
        )


def _new_job(
    session: Session, origin: Origin, *, part: int, kind: JobKind, state: JobState, rows_total: int
) -> int | None:
    """The new job's id, or None when the same event was accepted before."""
    if _known(session, origin, part):
        return None  # asked first, because an insert that does nothing still uses up a job's number
    insert = insert_for(session, Job).values(
        kind=kind,
        state=state,
        owner_id=origin.owner_id,
        guild_id=origin.guild_id,
        channel_id=origin.channel_id,
        source=origin.source,
        source_id=origin.source_id,
        part=part,
        reply_to=origin.reply_to,
        reply_channel_id=origin.reply_channel_id,
        reply_token=origin.reply_token,
        shared=origin.shared and origin.guild_id is not None,
        film=film_name(origin.film),
        rows_total=rows_total,
    )
    return session.scalar(insert.on_conflict_do_nothing().returning(Job.id))


def _rung(session: Session, chunk: Chunk) -> Accepted:
    """Stores the chunk as one the caller rings the bell for at once."""
    chunk.state, chunk.rings = "queued", 1
    chunk.queued_at = chunk.rung_at = db_time()
    session.add(chunk)
    session.flush()
    return _accepted(chunk, duplicate=False)


def _accepted(chunk: Chunk, *, duplicate: bool) -> Accepted:
    return Accepted(chunk.job_id, chunk.id, chunk.kind, chunk.queue, duplicate)


def _event(origin: Origin, part: int) -> tuple[ColumnElement[bool], ...]:
    return (Job.source == origin.source, Job.source_id == origin.source_id, Job.part == part)


def _known(session: Session, origin: Origin, part: int) -> bool:
    return session.scalar(select(Job.id).where(*_event(origin, part))) is not None


def _first(session: Session, origin: Origin, part: int) -> Accepted:
    chunk = session.scalars(
        select(Chunk).join(Job, Job.id == Chunk.job_id).where(*_event(origin, part)).order_by(Chunk.id).limit(1)
    ).one()
    return _accepted(chunk, duplicate=True)


def _check_quota(session: Session, owner_id: int, limit: int | None) -> None:
    if limit is None:
        return
    unfinished = (Job.owner_id == owner_id, Job.kind == "file", Job.state.not_in(TERMINAL))
    active = session.scalar(select(func.count()).select_from(Job).where(*unfinished)) or 0
    if active >= limit:
        raise QuotaExceeded(limit, active)
