"""Resuming a job that was cancelled or failed: what it has stays, only the rest is done."""

from __future__ import annotations

from typing import Final

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from db.clock import db_time
from db.engine import Database
from db.errors import NoLongerKept, NotFound, NothingToRetry
from db.queries import summaries
from db.queue import leases
from db.queue.job_counts import NOT_SCORED
from db.queue.quotas import NO_LIMITS, Quotas, check_quotas, lock_quotas
from db.tables import Chunk, Job, NoticeRow, RejectedRow, Review, Upload
from db.types import ChunkKind, JobState, Viewer, WakeUp
from db.visibility import visible_job

RETRIED: Final[tuple[JobState, ...]] = ("cancelled", "failed")
_STATES: Final[dict[ChunkKind, JobState]] = {"ingest": "ingesting", "score": "active", "finish": "finishing"}


def retry(db: Database, viewer: Viewer, job_id: int, *, quotas: Quotas = NO_LIMITS) -> list[WakeUp]:
    """Goes on with the viewer's own job where it stopped; verdicts that are stored are kept and not made again.

    Returns what to publish now; chunks of a file are published by the sweep, in turn. Rows of a file that could not be
    scored stay rejected. Raises NotFound (also for somebody else's job), NothingToRetry, NoLongerKept, QuotaExceeded.
    """
    with db.begin() as session:
        if visible_job(session, viewer, job_id).owner_id != viewer.user_id:
            raise NotFound("job", job_id)
        lock_quotas(session)
        job = leases.lock_job(session, job_id)
        if job.state not in RETRIED:
            raise NothingToRetry(job_id, job.state)
        if not leases.may_go_on(job) or not _input_kept(session, job):
            raise NoLongerKept(job_id, job.kind)
        if job.kind == "file":
            check_quotas(session, job.owner_id, job.guild_id, quotas)
        wake_ups = _reopen_review(session, job) if job.kind == "message" else _reopen_file(session, job)
        _undo_end(session, job)
        return wake_ups


def _input_kept(session: Session, job: Job) -> bool:
    if job.kind == "file":
        return session.scalar(select(Upload.blob_id).where(Upload.job_id == job.id)) is not None
    return session.scalar(select(Review.id).where(Review.job_id == job.id, Review.text.is_not(None))) is not None


def _reopen_review(session: Session, job: Job) -> list[WakeUp]:
    not_scored = (RejectedRow.job_id == job.id, RejectedRow.code == NOT_SCORED)
    session.execute(delete(RejectedRow).where(*not_scored))
    job.rows_failed = 0
    job.state = "active"
    again = {"state": "queued", "tries": 0, "rings": 1, "queued_at": db_time(), "rung_at": db_time()}
    rows = session.execute(
        update(Chunk)
        .where(Chunk.job_id == job.id, Chunk.state.in_(RETRIED))
        .values(**again)
        .returning(Chunk.id, Chunk.kind, Chunk.queue)
        .execution_options(synchronize_session=False)
    )
    return [WakeUp(*row) for row in rows]


def _reopen_file(session: Session, job: Job) -> list[WakeUp]:
    """Chunks wait for the sweep; a row that could not be scored alone has its reason and is left."""
    unfinished = (Chunk.state == "cancelled") | ((Chunk.state == "failed") & (Chunk.kind != "score"))
    again = {"state": "pending", "tries": 0, "rings": 0, "queued_at": None, "rung_at": None, "lease_until": None}
    kinds = session.scalars(
        update(Chunk)
        .where(Chunk.job_id == job.id, unfinished)
        .values(**again)
        .returning(Chunk.kind)
        .execution_options(synchronize_session=False)
    )
    # A file without any was stopped at the question for its text column, which is asked again.
    job.state = next((_STATES[kind] for kind in set(kinds)), "needs_column")
    return []


def _undo_end(session: Session, job: Job) -> None:
    """Takes back what `db.queue.completion.close` noted, and lets the pause not count as time worked."""
    now = session.scalar(select(db_time()))
    if job.started_at is not None and job.finished_at is not None and now is not None:
        job.started_at += now - job.finished_at
    job.finished_at = job.delivered_at = job.model_refused_at = None
    job.error_code = job.error_values = job.error = None
    job.version += 1
    session.execute(delete(NoticeRow).where(NoticeRow.job_id == job.id))
    session.flush()
    summaries.delete_summary(session, job.id)
