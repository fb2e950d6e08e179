"""Messages owed to users about their jobs; a job that ends makes its own (kinds 'done' and 'failed', file jobs)."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select, update

from db.clock import db_time
from db.dialect import insert_for
from db.engine import Database
from db.tables import NoticeRow
from db.types import Notice

MAX_ATTEMPTS: Final = 5
"""Sends after which a notice is given up."""


def add(db: Database, job_id: int, user_id: int, kind: str) -> bool:
    """Owes the user a message about the job; False when it was owed (or sent) before."""
    with db.begin() as session:
        insert = insert_for(session, NoticeRow).values(job_id=job_id, user_id=user_id, kind=kind)
        return session.scalar(insert.on_conflict_do_nothing().returning(NoticeRow.id)) is not None


def undelivered(db: Database, *, limit: int = 100) -> list[Notice]:
    """Notices to send, oldest first, without those that failed 5 times."""
    columns = (NoticeRow.id, NoticeRow.job_id, NoticeRow.user_id, NoticeRow.kind, NoticeRow.attempts)
    owed = (NoticeRow.delivered_at.is_(None), NoticeRow.attempts < MAX_ATTEMPTS)
    with db.read() as session:
        rows = session.execute(select(*columns, NoticeRow.created_at).where(*owed).order_by(NoticeRow.id).limit(limit))
        return [Notice(*row) for row in rows]


def mark(db: Database, notice_id: int, *, delivered: bool = True) -> None:
    """Counts an attempt to send, and whether it came through."""
    with db.begin() as session:
        session.execute(
            update(NoticeRow)
            .where(NoticeRow.id == notice_id)
            .values(attempts=NoticeRow.attempts + 1, **({"delivered_at": db_time()} if delivered else {}))
        )
