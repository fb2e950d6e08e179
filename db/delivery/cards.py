"""Cards of jobs: where each one is shown, which version it shows, and whether the end of its job was delivered."""

from __future__ import annotations

from sqlalchemy import func, update

from db.clock import db_time
from db.delivery.message_deletions import card_was_sent
from db.delivery.notices import mark_notice_sent
from db.engine import Database
from db.tables import Job


def set_card_message(db: Database, job_id: int, channel_id: int, message_id: int, *, shared: bool = False) -> None:
    """Remembers the message that the bot owns and edits; that of a job which was deleted meanwhile is to go.

    `shared`: whether the job was, when the card was made; it goes too when the job was taken down since.
    """
    with db.begin() as session:
        if card_was_sent(session, job_id, channel_id, message_id, shared=shared):
            session.execute(update(Job).where(Job.id == job_id).values(channel_id=channel_id, message_id=message_id))


def mark_rendered(db: Database, job_id: int, version: int) -> None:
    """The bot has shown this version; an older one than was shown last changes nothing."""
    with db.begin() as session:
        session.execute(
            update(Job).where(Job.id == job_id, Job.rendered_version < version).values(rendered_version=version)
        )


def mark_delivered(db: Database, job_id: int) -> None:
    """The bot has shown how the job ended (or can never): it is not among `changed_jobs` any more.

    The notice to its owner went with it and is marked as sent in the same transaction.
    """
    with db.begin() as session:
        delivered = func.coalesce(Job.delivered_at, db_time())
        values = {"delivered_at": delivered, "rendered_version": Job.version, "reply_token": None}
        session.execute(update(Job).where(Job.id == job_id).values(**values))
        mark_notice_sent(session, job_id)


def clear_reply_token(db: Database, job_id: int) -> None:
    """The reply of the interaction was answered: its token is of no use any more."""
    _set(db, job_id, reply_token=None)


def _set(db: Database, job_id: int, **values: object) -> None:
    with db.begin() as session:
        session.execute(update(Job).where(Job.id == job_id).values(**values))
