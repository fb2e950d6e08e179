"""Accepting reviews and files: once one of these returns, nothing that dies afterwards can lose it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any, Final

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from db.blobs import check_wanted, drop, write_blob
from db.clock import db_time
from db.crypto import review_place, sealed, sealed_name, sealed_options
from db.dialect import film_name, insert_for, storable
from db.digests import file_digest
from db.engine import Database
from db.errors import DatabaseUnavailable, DbError, NoLongerKept
from db.queue.leases import lock_job, may_go_on
from db.queue.quotas import NO_LIMITS, Quotas, check_quotas, lock_quotas
from db.tables import Blob, Chunk, Job, Review, Upload
from db.types import Accepted, JobKind, JobState, Origin, Viewer
from db.visibility import visible

PATIENCE_S: Final = 8.0
"""How long storing is tried again, seconds: somebody waits for the answer."""
PAUSE_S: Final = 0.5
"""Pause between two tries, seconds."""


def _retrying() -> Retrying:
    """Stores again while the database is away for a moment, or cut the connection and left open whether it stored.

    Each event is accepted once, so a repetition does no harm; without one, a user would be told that nothing was
    accepted of what was.
    """
    return Retrying(
        retry=retry_if_exception_type(DatabaseUnavailable),
        stop=stop_after_delay(PATIENCE_S),
        wait=wait_fixed(PAUSE_S),
        reraise=True,
    )


def accept_review(db: Database, origin: Origin, text: str, part: int = 0) -> Accepted:
    """Stores one review and its job in one commit; the same event a second time gives the first job's ids.

    `part`: the index of the attachment that the review is, in its message.
    """
    return _retrying()(_accept_review, db, origin, text, part)


def _accept_review(db: Database, origin: Origin, text: str, part: int) -> Accepted:
    with db.begin() as session:
        film = sealed_name(db.sealer, origin.owner_id, film_name(origin.film))
        job_id = _new_job(session, origin, film, part=part, kind="message", state="active", rows_total=1)
        if job_id is None:
            return _accepted_before(session, origin, part)
        kept = sealed(db.sealer, storable(text), review_place(job_id, 1, origin.owner_id))
        session.add(Review(job_id=job_id, row_number=1, text=kept, film=film))
        chunk = Chunk(job_id=job_id, kind="score", queue="interactive", first_row=1, last_row=1, rows=1)
        return _add_queued(session, chunk)


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
    file_format: str | None = None,
    options: Mapping[str, Any] | None = None,
    copy_of: int | None = None,
    size: int = 0,
    content_sha256: str | None = None,
    quotas: Quotas = NO_LIMITS,
    ring: bool = True,
) -> Accepted:
    """Stores a file and its job; `part` is the attachment's index in its message, `file_format` that of the
    result (as the file came in when None).

    The bytes go first, part by part; the job appears in one commit when all are there. Raises QuotaExceeded or NoSpace
    before the bytes are read when one of the `quotas` is used up; an error of `parts` leaves nothing behind. The
    chunk that reads the file is published at once unless other files of the owner are in work: then the sweep gives it
    its turn.

    `options`: what else the sender said of how the file is read, as `UploadInfo.options`.
    `size`: as it was announced, in bytes: it is checked before the bytes are read, and what came of it once more.
    `content_sha256`: of the file that is packed in it, hexadecimal, by which the same rows are found again.
    `ring`: False for a sender that does not know the broker: the next sweep publishes the chunk, within a second.
    `copy_of`: the owner's job whose stored file `parts` are. Raises NoLongerKept when that was deleted meanwhile.
    """
    if check_upload(db, origin, size=size, part=part, quotas=quotas):
        with db.read() as session:
            return _accepted_before(session, origin, part)
    blob_id = write_blob(db, parts, owner=origin.owner_id)

    def named(name: str | None) -> str | None:
        return sealed_name(db.sealer, origin.owner_id, None if name is None else storable(name))

    film = sealed_name(db.sealer, origin.owner_id, film_name(origin.film))
    content = None if content_sha256 is None else file_digest(db, origin.owner_id, content_sha256)

    def store() -> Accepted:
        with db.begin() as session:
            lock_quotas(session)
            if not _is_accepted(session, origin, part):
                check_wanted(session, blob_id)
                stored = session.get_one(Blob, blob_id).size
                check_quotas(session, origin.owner_id, origin.guild_id, quotas, size=stored)
            if copy_of is not None and not may_go_on(lock_job(session, copy_of)):
                raise NoLongerKept(copy_of, "file")
            job_id = _new_job(session, origin, film, part=part, kind="file", state="ingesting", rows_total=0)
            if job_id is not None:
                blob = session.get_one(Blob, blob_id)
                session.execute(update(Job).where(Job.id == job_id).values(stored_bytes=blob.size))
                upload = Upload(job_id=job_id, blob_id=blob_id, filename=named(filename) or "", size=blob.size)
                upload.sha256 = blob.sha256 or ""
                upload.text_column, upload.film_column = named(text_column), named(film_column)
                upload.date_column = named(date_column)
                upload.file_format = file_format
                upload.options = sealed_options(db.sealer, origin.owner_id, options or {})
                upload.content_digest = content
                if copy_of is not None:
                    content_of = select(Upload.content_digest).where(Upload.job_id == copy_of)
                    upload.content_digest = session.scalar(content_of)
                session.add(upload)
                reading = Chunk(job_id=job_id, kind="ingest", queue="bulk")
                return (
                    _add_pending(session, reading)
                    if not ring or _has_bulk_work(session, origin.owner_id)
                    else _add_queued(session, reading)
                )
            return _accepted_before(session, origin, part)

    try:
        accepted = _retrying()(store)
    except Exception:
        _drop_unused(db, blob_id)
        raise
    if accepted.duplicate:
        _drop_unused(db, blob_id)
    return accepted


def check_upload(db: Database, origin: Origin, *, size: int, part: int = 0, quotas: Quotas = NO_LIMITS) -> bool:
    """Before a file of the announced `size` is loaded: whether it was accepted before, with this very event.

    Raises QuotaExceeded, NoSpace, and DatabaseFull while the disk has no room.
    """
    db.check_room()
    with db.read() as session:
        if _is_accepted(session, origin, part):
            return True
        check_quotas(session, origin.owner_id, origin.guild_id, quotas, size=size)
        return False


def _drop_unused(db: Database, blob_id: int) -> None:
    """Deletes the bytes unless a job has them; where that fails, `db.privacy.retention` does it a day later."""
    with suppress(DbError), db.begin() as session:
        if session.scalar(select(Upload.job_id).where(Upload.blob_id == blob_id)) is None:
            drop(session, blob_id)


def find_same_file(db: Database, viewer: Viewer, sha256: str, content: str | None = None) -> int | None:
    """The viewer's latest finished job over the same rows whose files are still there; None when there is none.

    sha256: of the bytes as sent; content: of the file that is packed in them. The rows are the same however packed.
    """
    bare = [sha256] if content is None else [sha256, content]
    digests = [file_digest(db, viewer.user_id, one) for one in bare]
    same = or_(Upload.sha256.in_([*digests, *bare]), Upload.content_digest.in_(digests))  # bare: from before 0012
    with db.read() as session:
        return session.scalar(
            select(Job.id)
            .join(Upload, Upload.job_id == Job.id)
            .where(same, Job.state == "done", Job.purged_at.is_(None), Job.purge_begun_at.is_(None))
            .where(visible(viewer, Job), Job.owner_id == viewer.user_id)
            .order_by(Job.id.desc())
            .limit(1)
        )


def _new_job(
    session: Session, origin: Origin, film: str | None, *, part: int, kind: JobKind, state: JobState, rows_total: int
) -> int | None:
    """The new job's id, or None when the same event was accepted before."""
    if _is_accepted(session, origin, part):
        return None  # asked first, because an insert that does nothing still uses up a job's number
    shared = origin.shared and origin.guild_id is not None
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
        language=origin.language,
        shared=shared,
        shared_in=(origin.shared_in or origin.channel_id) if shared else None,
        film=film,
        rows_total=rows_total,
    )
    return session.scalar(insert.on_conflict_do_nothing().returning(Job.id))


def _add_queued(session: Session, chunk: Chunk) -> Accepted:
    """Stores the chunk as queued: the caller publishes it at once."""
    chunk.state, chunk.rings = "queued", 1
    chunk.queued_at = chunk.rung_at = db_time()
    session.add(chunk)
    session.flush()
    return _accepted(chunk, duplicate=False)


def _add_pending(session: Session, chunk: Chunk) -> Accepted:
    """Stores the chunk as pending: the sweep publishes it."""
    chunk.state = "pending"
    session.add(chunk)
    session.flush()
    return _accepted(chunk, duplicate=False)


def _has_bulk_work(session: Session, owner_id: int) -> bool:
    """Whether files of this owner are queued or worked on; the window must not be passed by with many uploads."""
    mine = select(Job.id).where(Job.owner_id == owner_id, Job.finished_at.is_(None))
    held = (Chunk.job_id.in_(mine), Chunk.queue == "bulk", Chunk.state.in_(("queued", "running")))
    return session.scalar(select(Chunk.id).where(*held).limit(1)) is not None


def _accepted(chunk: Chunk, *, duplicate: bool) -> Accepted:
    return Accepted(chunk.job_id, chunk.id, chunk.kind, chunk.queue, duplicate, due=chunk.state != "pending")


def _event(origin: Origin, part: int) -> tuple[ColumnElement[bool], ...]:
    return (Job.source == origin.source, Job.source_id == origin.source_id, Job.part == part)


def _is_accepted(session: Session, origin: Origin, part: int) -> bool:
    return session.scalar(select(Job.id).where(*_event(origin, part))) is not None


def _accepted_before(session: Session, origin: Origin, part: int) -> Accepted:
    chunk = session.scalars(
        select(Chunk).join(Job, Job.id == Chunk.job_id).where(*_event(origin, part)).order_by(Chunk.id).limit(1)
    ).one()
    return _accepted(chunk, duplicate=True)
