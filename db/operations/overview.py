"""Overview for the host: queue, jobs and processes at a glance.

Every question here stays cheap however many jobs and verdicts are stored.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from db.clock import db_time
from db.engine import Database, location
from db.operations.heartbeats import beats
from db.operations.space import space
from db.operations.types import Figures, Overview, RunningJob
from db.queue.sweeper import queue_health
from db.tables import Job
from db.types import WORKING

MOST_JOBS: Final = 10
"""Running jobs listed, the oldest first."""
HOUR_S: Final = 3600.0


def figures(db: Database) -> Figures:
    """The numbers alone, for metrics: six small queries. Raises DatabaseUnavailable."""
    with db.read() as session:
        parts = _oldest(session), _unfinished(session), _ended(session)
    return Figures(queue_health(db), *parts, space(db))


def overview(db: Database) -> Overview:
    """Everything. Raises DatabaseUnavailable, SchemaOutdated."""
    from alembic.runtime.migration import MigrationContext  # as in db.schema

    with db.engine.connect() as connection:
        schema = MigrationContext.configure(connection).get_current_revision() or "none"
    with db.read() as session:
        running = tuple(_running(session))
    return Overview(location(db.url), schema, figures(db), running, tuple(beats(db)))


def _oldest(session: Session) -> dict[str, float]:
    # finished_at IS NULL is written out for the index ix_jobs_unfinished: few rows, whatever has ended.
    since = (
        select(Job.kind, func.min(Job.created_at))
        .where(Job.finished_at.is_(None), Job.state.in_(WORKING))
        .group_by(Job.kind)
    )
    now = session.scalar(select(db_time()))
    assert now is not None
    return {kind: (now - oldest).total_seconds() for kind, oldest in session.execute(since)}


def _unfinished(session: Session) -> dict[str, int]:
    return _by_state(session, Job.finished_at.is_(None))


def _ended(session: Session) -> dict[str, int]:
    # No text is deleted within an hour, and the index over finished_at holds only jobs whose texts are still there.
    return _by_state(session, Job.finished_at > db_time(-HOUR_S), Job.purged_at.is_(None))


def _by_state(session: Session, *which: ColumnElement[bool]) -> dict[str, int]:
    rows = session.execute(select(Job.state, func.count()).where(*which).group_by(Job.state))
    return {str(state): n for state, n in rows}


def _running(session: Session) -> list[RunningJob]:
    now = session.scalar(select(db_time()))
    assert now is not None
    query = (
        select(Job)
        .where(Job.finished_at.is_(None), Job.kind == "file", Job.state.in_(WORKING))
        .order_by(Job.id)
        .limit(MOST_JOBS)
    )
    return [
        RunningJob(
            job.id,
            job.state,
            job.rows_done + job.rows_rejected + job.rows_failed,
            job.rows_total,
            (now - job.created_at).total_seconds(),
        )
        for job in session.scalars(query)
    ]
