"""Model affinity: one model for all rows of a job, also when workers are replaced by newer ones in its middle.

A job belongs to the model of its first stored verdict (`jobs.model`). A worker with another model hands its chunks
back, without an attempt being counted, and those that have that model go on. When for a while nobody had it, the job is
scored anew by whoever refuses: its verdicts are taken back chunk by chunk, each with its counts in one transaction, so
that at every moment, also after a cancel or a death in between, what is stored is of one model.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from db.clock import db_time
from db.engine import Database
from db.queries import aspect_sums
from db.queries.summaries import count_stars
from db.queue import leases
from db.queue.job_counts import add_stars
from db.tables import Chunk, Job, Prediction, Review
from db.types import MODEL_CHANGED, NO_STARS, WORKING

log = logging.getLogger(__name__)

PATIENCE_S: Final = 60.0
"""How long a job waits for a worker with its model, seconds."""
TURN_S: Final = 2.0
"""Longest that one call takes verdicts back; the next refusal goes on."""


@dataclass(frozen=True, slots=True)
class StrandedJob:
    """A job whose model no worker has had for `seconds`."""

    job_id: int
    model: str
    seconds: float


def stranded_jobs(db: Database) -> list[StrandedJob]:
    """Jobs that wait for a worker with their model, for the host."""
    with db.read() as session:
        now = session.scalar(select(db_time()))
        waiting = (Job.finished_at.is_(None), Job.model_refused_at.is_not(None), Job.state.in_(WORKING))
        rows = session.execute(select(Job.id, Job.model, Job.model_refused_at).where(*waiting).order_by(Job.id)).all()
    assert now is not None
    return [StrandedJob(id_, model or "", (now - since).total_seconds()) for id_, model, since in rows if since]


def same_model(job: Job, model: str) -> bool:
    """Whether verdicts of `model` may be stored for a locked job."""
    return job.model is None or job.model == model


def release_to_other_model(db: Database, chunk_id: int, *, model: str, patience_s: float = PATIENCE_S) -> bool:
    """For a worker whose claim was refused: whether that was because the job's verdicts are of another model.

    The chunk then waits for another worker. Once that has lasted `patience_s` seconds without one, verdicts are taken
    back, for at most `TURN_S` a call; after the last the job belongs to whichever model stores the next.
    """
    with db.read() as session:
        refused = (Chunk.id == chunk_id, Chunk.kind == "score", Chunk.state.in_(("pending", "queued")))
        other = (Job.state.in_(WORKING), Job.model != model)
        query = select(Job.id, Job.model).join(Chunk, Chunk.job_id == Job.id).where(*refused, *other)
        row = session.execute(query).one_or_none()
    if row is None or row[1] is None:
        return False
    job_id, theirs = int(row[0]), str(row[1])
    if _refuse(db, job_id, chunk_id, theirs, patience_s):
        _revoke_verdicts(db, job_id, theirs, mine=model)
    return True


def _refuse(db: Database, job_id: int, chunk_id: int, theirs: str, patience_s: float) -> bool:
    """Leaves the chunk to others; whether that has gone on for too long."""
    with db.begin() as session:
        job = leases.lock_job(session, job_id)
        if job.model != theirs or not leases.in_state(job, *WORKING):
            return False
        waiting = (Chunk.id == chunk_id, Chunk.state.in_(("pending", "queued")))
        requeue_later(session, *waiting)
        if job.model_refused_at is None:
            log.warning("job %d waits for a worker with the model of its verdicts, %s", job_id, theirs)
            job.model_refused_at = db_time()
            return patience_s <= 0
        return bool(session.scalar(select(Job.model_refused_at <= db_time(-patience_s)).where(Job.id == job_id)))


def requeue_later(session: Session, *which: ColumnElement[bool], tries: ColumnElement[int] | int | None = None) -> None:
    """Makes chunks wait, not published, for `db.queue.dispatch_window.HANDED_BACK_S`."""
    values: dict[str, object] = {"state": "pending", "lease_until": None, "queued_at": None, "rings": 0}
    values["rung_at"] = db_time()
    if tries is not None:
        values["tries"] = tries
    session.execute(update(Chunk).where(*which).values(**values).execution_options(synchronize_session=False))


def _revoke_verdicts(db: Database, job_id: int, theirs: str, *, mine: str) -> None:
    end = time.monotonic() + TURN_S
    while _revoke_chunk(db, job_id, theirs, mine) and time.monotonic() < end:
        pass


def _revoke_chunk(db: Database, job_id: int, theirs: str, mine: str) -> bool:
    """Takes the verdicts of one chunk back, or frees the job when it has none; whether there may be more."""
    with db.begin(bulk=True) as session:
        job = leases.lock_job(session, job_id)
        # A worker with the model came back, somebody else was faster, or the owner cancelled.
        if job.model != theirs or job.model_refused_at is None or not leases.in_state(job, "active"):
            return False
        done = (Chunk.job_id == job_id, Chunk.state == "done", Chunk.kind == "score")
        chunk = session.scalars(select(Chunk).where(*done).order_by(Chunk.id).limit(1)).one_or_none()
        job.version += 1
        if chunk is not None:
            _delete_verdicts(session, job, chunk)
            return True
        log.warning("job %d is scored anew by %s: no worker had %s any more", job_id, mine, theirs)
        job.model = job.model_refused_at = job.started_at = None
        job.error_code = MODEL_CHANGED
        return False


def _delete_verdicts(session: Session, job: Job, chunk: Chunk) -> None:
    """Deletes a chunk's verdicts, takes them out of the job's counts and lets it wait again."""
    rows = select(Review.id).where(Review.job_id == job.id, Review.row_number.between(chunk.first_row, chunk.last_row))
    by = (Prediction.label, Prediction.bin)
    counts = select(*by, func.count()).where(Prediction.review_id.in_(rows)).group_by(*by)
    histogram = list(job.histogram)
    for label, bin_, n in session.execute(counts):
        histogram[bin_] -= n
        job.rows_done -= n
        setattr(job, f"n_{label}", getattr(job, f"n_{label}") - n)
    job.histogram = histogram
    add_stars(job, NO_STARS - count_stars(session, [Prediction.review_id.in_(rows)]))
    fewer = aspect_sums.count_sums(session, [Prediction.review_id.in_(rows)])
    job.aspect_sums = aspect_sums.added(job.aspect_sums, fewer, sign=-1)
    gone = delete(Prediction).where(Prediction.review_id.in_(rows))
    session.execute(gone.execution_options(synchronize_session=False))
    requeue_later(session, Chunk.id == chunk.id, tries=0)
