"""Completion: how a job ends, whichever way, in one place for state, time, version, open chunks and the notice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from common.messages import GAVE_UP_REVIEW
from db.clock import db_time
from db.crypto import error_place, session_sealer, stored_json
from db.delivery.notices import add_notice
from db.dialect import storable_json
from db.tables import Chunk, Job, report_aspects, report_days, report_films, report_flags
from db.types import COMMAND_LINE, TERMINAL, ChunkKind, JobState

OPEN = ("pending", "queued", "running")


def add_chunk(session: Session, job: Job, kind: ChunkKind) -> Chunk:
    """A chunk of bulk work without rows ('ingest' or 'finish'), for the sweep to publish."""
    chunk = Chunk(job_id=job.id, kind=kind, queue="bulk", state="pending")
    session.add(chunk)
    return chunk


def end_job(
    session: Session, job: Job, state: JobState, *, code: str | None = None, values: Mapping[str, Any] | None = None
) -> None:
    """Ends a locked job; open chunks become `cancelled`, so that nothing more can be stored for it.

    `code`, `values`: why it failed, a row of common/messages.py.
    """
    job.state = state
    job.error_code, job.error_values, job.error = code, None, None
    if values is not None:
        where = error_place(job.id, job.owner_id)
        job.error_values = stored_json(session_sealer(session), storable_json(values), where)
    job.finished_at = db_time()
    job.version += 1
    if job.source == COMMAND_LINE:
        job.delivered_at = db_time()  # its owner looks by themselves
    session.execute(
        update(Chunk)
        .where(Chunk.job_id == job.id, Chunk.state.in_(OPEN))
        .values(state="cancelled", lease_until=None)
        .execution_options(synchronize_session=False)
    )
    if job.kind != "file":
        return
    # Who summed the job up while its owner retried it may have left sums of what it was then.
    for table in (report_days, report_films, report_flags, report_aspects):
        session.execute(delete(table).where(table.c.job_id == job.id))
    if state != "cancelled" and job.source != COMMAND_LINE:
        add_notice(session, job, state)


def cancel_unfinished(session: Session, job: Job) -> None:
    """Cancels a locked job that has not ended; one that has stays as it is."""
    if job.state not in TERMINAL:
        end_job(session, job, "cancelled")
        session.flush()


def after_scoring(session: Session, job: Job) -> None:
    """Moves a locked job on when none of its rows waits any more; call after its claim was ended."""
    waiting = exists().where(Chunk.job_id == job.id, Chunk.kind == "score", Chunk.state.in_(OPEN))
    if session.scalar(select(waiting)):
        return
    if job.kind == "file":
        job.state = "finishing"
        add_chunk(session, job, "finish")
    elif job.rows_failed:
        failed = select(Chunk.error_code).where(Chunk.job_id == job.id, Chunk.state == "failed")
        cause = session.scalar(failed.order_by(Chunk.id).limit(1))
        end_job(session, job, "failed", code=GAVE_UP_REVIEW, values={"cause": cause})
    else:
        end_job(session, job, "done")
