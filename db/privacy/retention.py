"""Retention: after the host's (or the server's) number of days the words go, the scores stay, and are nobody's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, delete, exists, or_, select

from db.clock import db_time
from db.delivery.continuations import delete_expired
from db.engine import Database
from db.privacy.erase import resume_erasures
from db.privacy.purge import (
    JOBS,
    changed_rows,
    disown,
    disown_predictions,
    drop_blob,
    drop_files,
    erase_texts,
    in_batches,
    row_ranges,
    truncate_wal,
)
from db.queue import leases
from db.queue.completion import end_job
from db.tables import AuditLine, Blob, GuildSetting, Job, OutputFile, Prediction, Review, Upload
from db.types import TERMINAL, JobKind

DAY_S: Final = 24 * 3600.0
ORPHAN_S: Final = DAY_S
"""Age after which a blob that no job refers to was left by a process that died, seconds."""
AUDIT_DAYS: Final = 400
"""How long a line of the audit log is kept: a year and a month."""


@dataclass(frozen=True, slots=True)
class Purged:
    """How many things went: jobs emptied, texts of reviews, explanations, stored files, lines of the audit log."""

    jobs: int = 0
    texts: int = 0
    explanations: int = 0
    files: int = 0
    audit_lines: int = 0

    def __add__(self, other: Purged) -> Purged:
        return Purged(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


def purge(db: Database, *, older_than_days: int, at: datetime | None = None) -> Purged:
    """Deletes what jobs that ended longer ago than that hold of words and files: texts, explanations, notes, uploads,
    finished files, names of films, files and columns. What stays is disowned.

    A server's own retention counts instead of the host's. A job that waits for its column that long is cancelled first.
    Users whose deletion a dying process left unfinished are erased too. Each transaction is short, so that this may
    run beside all work. `at`: the time to go by; the database's own when None.
    """
    for job_id in _due(db, Job.state == "needs_column", Job.created_at, older_than_days, at):
        _cancel_waiting(db, job_id)
    ended = Job.state.in_(TERMINAL)
    delete_expired(db, at)
    done = Purged(audit_lines=_drop_audit(db, at))
    for batch in in_batches(_due(db, ended, Job.finished_at, older_than_days, at, "message"), JOBS):
        done += _empty_messages(db, batch)
    for job_id in _due(db, ended, Job.finished_at, older_than_days, at, "file"):
        done += _empty_file(db, job_id)
    done += Purged(files=_drop_orphans(db, at))
    resume_erasures(db)
    if done != Purged():
        truncate_wal(db)
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
    return query.where(state, Job.purged_at.is_(None), old)


def _cancel_waiting(db: Database, job_id: int) -> None:
    with db.begin(bulk=True) as session:
        job = leases.lock_job(session, job_id)
        if leases.in_state(job, "needs_column"):
            end_job(session, job, "cancelled")
            job.finished_at = job.created_at  # nothing happened since: it is due in this very purge


def _empty_messages(db: Database, job_ids: Sequence[int]) -> Purged:
    with db.begin(bulk=True) as session:
        texts, explanations = erase_texts(session, Review.job_id.in_(job_ids))
        disown(session, job_ids)
    return Purged(len(job_ids), texts, explanations)


def _empty_file(db: Database, job_id: int) -> Purged:
    done = Purged(jobs=1)
    for mine in row_ranges(db, job_id):
        with db.begin(bulk=True) as session:
            done += Purged(0, *erase_texts(session, mine))
            disown_predictions(session, Prediction.review_id.in_(select(Review.id).where(mine)))
    return done + Purged(files=drop_files(db, job_id))


def _drop_orphans(db: Database, at: datetime | None) -> int:
    """Deletes blobs that a process stored and died before it could attach them."""
    used = or_(exists().where(Upload.blob_id == Blob.id), exists().where(OutputFile.blob_id == Blob.id))
    with db.read() as session:
        left = session.scalars(select(Blob.id).where(~used, Blob.created_at < _ago(ORPHAN_S / DAY_S, at))).all()
    for blob_id in left:
        drop_blob(db, blob_id)
    return len(left)


def _drop_audit(db: Database, at: datetime | None) -> int:
    with db.begin(bulk=True) as session:
        return changed_rows(session, delete(AuditLine).where(AuditLine.created_at < _ago(AUDIT_DAYS, at)))
