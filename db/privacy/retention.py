"""Retention: after the host's (or the server's) number of days the words go, the scores stay, and are nobody's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, delete, or_, select

from db.clock import db_time
from db.delivery.continuations import delete_expired
from db.delivery.message_deletions import NOBODY, schedule_sent
from db.engine import Database
from db.privacy import clock_guard
from db.privacy.erase import resume_erasures
from db.privacy.guild_departures import purge_departed
from db.privacy.purge import (
    JOBS,
    attached,
    changed_rows,
    disown,
    drop_blob,
    drop_files,
    drop_unattached,
    empty_rows,
    erase_texts,
    give_room_back,
    in_batches,
    mark_purge,
    truncate_wal,
)
from db.queue import leases
from db.queue.completion import end_job
from db.reserve import frees_space
from db.tables import AuditLine, Blob, GuildSetting, Job, Review, SentMessage, Upload
from db.types import TERMINAL, JobKind

DAY_S: Final = 24 * 3600.0
ORPHAN_S: Final = DAY_S
"""Age after which a blob that no job refers to was left by a process that died, seconds."""
DEPARTED_DAYS: Final = 30.0
"""How long data of a server are kept that the bot was removed from, unless it is back before."""
FAILED_DAYS: Final = 1.0
"""How long the file of a job that failed or was cancelled is kept: as long as it can be resumed."""
AUDIT_DAYS: Final = 400
"""How long a line of the audit log is kept: a year and a month."""


@dataclass(frozen=True, slots=True)
class Purged:
    """How many things went: jobs emptied, texts of reviews, explanations, stored files, lines of the audit log;
    servers that the bot is no longer in."""

    jobs: int = 0
    texts: int = 0
    explanations: int = 0
    files: int = 0
    audit_lines: int = 0
    servers: int = 0

    def __add__(self, other: Purged) -> Purged:
        return Purged(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


@frees_space
def purge(
    db: Database, *, older_than_days: int, departed_days: float = DEPARTED_DAYS, at: datetime | None = None
) -> Purged:
    """Deletes what jobs that ended longer ago than that hold of words and files: texts, explanations, notes, uploads,
    finished files, names of films, files and columns. What stays is disowned. The bot's messages about it go, and so do
    those that old that are about no job; cards stay where they are.

    A server's own retention counts instead of the host's. A job that waits for its column that long is cancelled first.
    Users whose deletion a dying process left unfinished are erased too. Each transaction is short, so that this may
    run beside all work. `at`: the time to go by; the database's own when None.
    """
    for job_id in _due(db, Job.state == "needs_column", Job.created_at, older_than_days, at):
        _cancel_waiting(db, job_id)
    ended = Job.state.in_(TERMINAL)
    delete_expired(db, at)
    _drop_messages(db, older_than_days, at)
    done = Purged(audit_lines=_drop_audit(db, at))
    for batch in in_batches(_due(db, ended, Job.finished_at, older_than_days, at, "message"), JOBS):
        done += _empty_messages(db, batch)
    for job_id in _due(db, ended, Job.finished_at, older_than_days, at, "file"):
        done += _empty_file(db, job_id)
    done += Purged(files=_drop_failed(db, at) + _drop_orphans(db, at))
    done += Purged(servers=purge_departed(db, days=departed_days, at=at))
    resume_erasures(db)
    # Also when nothing was due: a log that somebody was reading the last time still holds what was deleted then.
    give_room_back(db)
    truncate_wal(db)
    return done


def purge_on_time(
    db: Database, *, older_than_days: int, departed_days: float = DEPARTED_DAYS, at: datetime | None = None
) -> Purged | None:
    """As `purge`, unless the clock is doubted (`db.privacy.clock_guard`): then None, and nothing is deleted but what
    users have asked for."""
    resume_erasures(db)
    if clock_guard.doubt(db, at) is not None:
        return None
    done = purge(db, older_than_days=older_than_days, departed_days=departed_days, at=at)
    clock_guard.note_purge(db, at)
    return done


def _ago(days: float, at: datetime | None) -> Any:
    return db_time(-days * DAY_S) if at is None else at - timedelta(days=days)


def _due(
    db: Database,
    state: ColumnElement[bool],
    since: Any,
    host_days: int,
    at: datetime | None,
    *kinds: JobKind,
) -> list[int]:
    """Jobs in the state whose time `since` is longer ago than the retention that counts for them; all kinds if none."""
    chosen = select(GuildSetting.guild_id).where(GuildSetting.retention_days.is_not(None))
    query = select(Job.id).where(Job.kind.in_(kinds)) if kinds else select(Job.id)
    with db.read() as session:
        due: set[int] = set()
        own = session.scalars(select(GuildSetting.retention_days).distinct()).all()
        for days in {days for days in own if days is not None}:
            theirs = Job.guild_id.in_(chosen.where(GuildSetting.retention_days == days))
            due.update(session.scalars(_old(query, state, since < _ago(days, at)).where(theirs)))
        host = or_(Job.guild_id.is_(None), Job.guild_id.not_in(chosen))
        due.update(session.scalars(_old(query, state, since < _ago(host_days, at)).where(host)))
    return sorted(due)


def _old(query: Select[int], state: ColumnElement[bool], old: ColumnElement[bool]) -> Select[int]:
    # Not those without `purged_at`: earlier versions took words and files and left the owner.
    return query.where(state, Job.owner_id > NOBODY, old)


def _cancel_waiting(db: Database, job_id: int) -> None:
    with db.begin(bulk=True) as session:
        job = leases.lock_job(session, job_id)
        if leases.in_state(job, "needs_column"):
            end_job(session, job, "cancelled")
            job.finished_at = job.created_at  # nothing happened since: it is due in this very purge


def _empty_messages(db: Database, job_ids: Sequence[int]) -> Purged:
    with db.begin(bulk=True) as session:
        marked = mark_purge(session, Job.id.in_(job_ids))
        texts, explanations = erase_texts(session, Review.job_id.in_(marked))
        disown(session, marked)
    return Purged(len(marked), texts, explanations)


def _empty_file(db: Database, job_id: int) -> Purged:
    with db.begin(bulk=True) as session:
        if not mark_purge(session, Job.id == job_id):
            return Purged()  # its owner goes on with it
    texts, explanations = empty_rows(db, job_id)
    return Purged(1, texts, explanations, files=drop_files(db, job_id))


def _drop_failed(db: Database, at: datetime | None) -> int:
    """Deletes the files of jobs that failed or were cancelled a day ago; what they have of verdicts and texts stays."""
    over = (Job.state.in_(("failed", "cancelled")), Job.finished_at < _ago(FAILED_DAYS, at), Job.purged_at.is_(None))
    with db.read() as session:
        query = select(Job.id).join(Upload, Upload.job_id == Job.id).where(*over, Upload.blob_id.is_not(None))
        jobs = session.scalars(query).all()
    return sum(_drop_upload(db, job_id) for job_id in jobs)


def _drop_upload(db: Database, job_id: int) -> int:
    """Deletes the file that a job was sent with, unless its owner goes on with it."""
    with db.begin(bulk=True) as session:
        job = leases.lock_job(session, job_id)
        upload = session.get(Upload, job_id)
        if not leases.in_state(job, "failed", "cancelled") or upload is None or upload.blob_id is None:
            return 0
        blob_id, upload.blob_id = upload.blob_id, None
        job.stored_bytes = max(0, job.stored_bytes - upload.size)
    drop_blob(db, blob_id)
    return 1


def _drop_orphans(db: Database, at: datetime | None) -> int:
    """Deletes blobs that a process stored and died before it could attach them."""
    with db.read() as session:
        left = session.scalars(select(Blob.id).where(~attached(), Blob.created_at < _ago(ORPHAN_S / DAY_S, at))).all()
    return sum(drop_unattached(db, blob_id) for blob_id in left)


def _drop_messages(db: Database, host_days: int, at: datetime | None) -> None:
    """Puts old messages down for deletion that hang on no job: errors that name a file, questions, reports."""
    old = SentMessage.job_id.is_(None) & (SentMessage.created_at < _ago(host_days, at))
    with db.begin(bulk=True) as session:
        schedule_sent(session, old)


def _drop_audit(db: Database, at: datetime | None) -> int:
    with db.begin(bulk=True) as session:
        return changed_rows(session, delete(AuditLine).where(AuditLine.created_at < _ago(AUDIT_DAYS, at)))
