"""Notices: messages to users about their jobs; a file job that ends as done or failed makes one for its owner."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from db.clock import db_time
from db.dialect import insert_for
from db.engine import Database
from db.tables import Job, NoticeRow
from db.types import Notice


def add_notice(session: Session, job: Job, kind: str) -> None:
    """Adds a notice to the job's owner; a second one of the same kind is not made."""
    insert = insert_for(session, NoticeRow).values(job_id=job.id, user_id=job.owner_id, kind=kind)
    session.execute(insert.on_conflict_do_nothing())


def mark_notice_sent(session: Session, job_id: int) -> None:
    """Marks what was owed about this job as sent."""
    owed = (NoticeRow.job_id == job_id, NoticeRow.delivered_at.is_(None))
    sent = {"delivered_at": db_time(), "attempts": NoticeRow.attempts + 1}
    session.execute(update(NoticeRow).where(*owed).values(**sent))


def undelivered(db: Database, *, limit: int = 100) -> list[Notice]:
    """Notices still owed, oldest first; a long list means that the bot is away."""
    columns = (NoticeRow.id, NoticeRow.job_id, NoticeRow.user_id, NoticeRow.kind, NoticeRow.attempts)
    query = select(*columns, NoticeRow.created_at).where(NoticeRow.delivered_at.is_(None))
    with db.read() as session:
        return [Notice(*row) for row in session.execute(query.order_by(NoticeRow.id).limit(limit))]
