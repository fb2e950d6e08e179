"""Retention: after the host's (or the server's) number of days the texts go, the anonymous scores stay."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Update, delete, exists, or_, select, update
from sqlalchemy.orm import Session

from db import leases
from db.blobs import drop
from db.clock import db_time
from db.endings import close
from db.engine import Database
from db.tables import Blob, Correction, GuildSetting, Job, OutputFile, Prediction, Review, Upload
from db.types import TERMINAL

DAY_S: Final = 24 * 3600.0
ROWS: Final = 5_000
"""Rows of a job that one transaction empties: the write lock is given back in between."""
ORPHAN_S: Final = DAY_S
"""Age after which a blob that no job refers to was left by a process that died, seconds."""


@dataclass(frozen=True, slots=True)
class Purged:
    """How many things went: jobs emptied, texts of reviews, explanations, stored files."""

    jobs: int = 0
    texts: int = 0
    explanations: int = 0
    files: int = 0

    def __add__(self, other: Purged) -> Purged:
        return Purged(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


def purge(db: Database, *, older_than_days: int) -> Purged:
    """Deletes texts, explanations, notes, uploads and finished files of jobs that ended longer ago than that.

    A server's own retention counts instead of the host's. A job that waits for its column that long is cancelled first.
    """
    for job_id in _due(db, Job.state == "needs_column", Job.created_at, older_than_days):
        _cancel_waiting(db, job_id)
    done = Purged()
    for job_id in _due(db, Job.state.in_(TERMINAL), Job.finished_at, older_than_days):
        done += _empty_job(db, job_id)
    return done + Purged(files=_drop_orphans(db))


def _due(db: Database, state: ColumnElement[bool], since: Any, host_days: int) -> list[int]:
    """Jobs in the state whose time `since` is longer ago than the retention that counts for them."""
    chosen = select(GuildSetting.guild_id).where(GuildSetting.retention_days.is_not(None))
    with db.read() as session:
        found: set[int] = set()
        own = session.scalars(select(GuildSetting.retention_days).distinct()).all()
        for days in {days for days in own if days is not None}:
            theirs = Job.guild_id.in_(chosen.where(GuildSetting.retention_days == days))
            found.update(session.scalars(_old(state, since, days).where(theirs)))
        host = or_(Job.guild_id.is_(None), Job.guild_id.not_in(chosen))
        found.update(session.scalars(_old(state, since, host_days).where(host)))
    return sorted(found)


def _old(state: ColumnElement[bool], since: Any, days: int) -> Select[int]:
    return select(Job.id).where(state, Job.purged_at.is_(None), since < db_time(-days * DAY_S))


def _cancel_waiting(db: Database, job_id: int) -> None:
    with db.begin() as session:
        job = leases.lock_job(session, job_id)
        if leases.in_state(job, "needs_column"):
            close(session, job, "cancelled")
            job.finished_at = job.created_at  # nothing happened since: it is due in this very purge


def _empty_job(db: Database, job_id: int) -> Purged:
    texts = explanations = 0
    last = 0
    while True:
        with db.begin() as session:
            rows = session.scalars(
                select(Review.row_number)
                .where(Review.job_id == job_id, Review.row_number > last)
                .order_by(Review.row_number)
                .limit(ROWS)
            ).all()
            if not rows:
                break
            mine = (Review.job_id == job_id, Review.row_number.between(rows[0], rows[-1]))
            ids = select(Review.id).where(*mine)
            texts += _count(session, update(Review).where(*mine, Review.text.is_not(None)).values(text=None))
            told = Prediction.explanation.is_not(None)
            forget = update(Prediction).where(Prediction.review_id.in_(ids), told).values(explanation=None)
            explanations += _count(session, forget)
            session.execute(update(Correction).where(Correction.review_id.in_(ids)).values(note=None))
            last = rows[-1]
    return Purged(1, texts, explanations, _drop_files(db, job_id))


def _drop_files(db: Database, job_id: int) -> int:
    """Deletes a job's stored files and marks it as emptied."""
    with db.begin() as session:
        blobs = set(session.scalars(select(OutputFile.blob_id).where(OutputFile.job_id == job_id)))
        session.execute(delete(OutputFile).where(OutputFile.job_id == job_id))
        upload = session.get(Upload, job_id)
        if upload is not None and upload.blob_id is not None:
            blobs.add(upload.blob_id)
            upload.blob_id = None
            session.flush()
        for blob_id in blobs:
            drop(session, blob_id)
        session.execute(update(Job).where(Job.id == job_id).values(purged_at=db_time()))
        return len(blobs)


def _drop_orphans(db: Database) -> int:
    """Deletes blobs that a process stored and died before it could attach them."""
    used = or_(exists().where(Upload.blob_id == Blob.id), exists().where(OutputFile.blob_id == Blob.id))
    with db.read() as session:
        left = session.scalars(select(Blob.id).where(~used, Blob.created_at < db_time(-ORPHAN_S))).all()
    for blob_id in left:
        with db.begin() as session:
            drop(session, blob_id)
    return len(left)


def _count(session: Session, statement: Update) -> int:
    result = session.execute(statement.execution_options(synchronize_session=False))
    return int(result.rowcount)  # type: ignore[attr-defined]
