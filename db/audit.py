"""The audit log: who changed what of a server, or of the host's data, and when; never a text of a review.

A line is written in the transaction that makes the change. Lines go after 400 days (`db.privacy.retention`).
"""

from __future__ import annotations

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from db.engine import Database
from db.tables import AuditLine
from db.types import AuditEntry, Viewer


def note_manager(session: Session, viewer: Viewer, action: str, *, old: str | None, new: str | None) -> None:
    """A manager's change of a server's setting, in the caller's transaction."""
    session.add(AuditLine(guild_id=viewer.guild_id, actor_id=viewer.user_id, action=action, old=old, new=new))


def note_host(db: Database, name: str, action: str, *, old: str | None = None, new: str | None = None) -> None:
    """What somebody did on the host's command line; `name`: their login name, cut at 100 characters."""
    with db.begin() as session:
        note_host_line(session, name, action, old=old, new=new)


def note_host_line(session: Session, name: str, action: str, *, old: str | None = None, new: str | None = None) -> None:
    """The same in the caller's transaction."""
    session.add(AuditLine(actor_name=name[:100], action=action, old=old, new=new))


def server_lines(db: Database, viewer: Viewer, *, before_id: int | None = None, limit: int = 10) -> list[AuditEntry]:
    """The log of the server the viewer asks in, newest first; none in a direct message.

    Who may read it is the server's matter: the command asks for Manage Server.
    """
    if viewer.guild_id is None:
        return []
    return _lines(db, _newest(before_id, limit).where(AuditLine.guild_id == viewer.guild_id))


def all_lines(db: Database, *, before_id: int | None = None, limit: int = 100) -> list[AuditEntry]:
    """The whole log, newest first, for the host."""
    return _lines(db, _newest(before_id, limit))


def _newest(before_id: int | None, limit: int) -> Select[AuditLine]:
    query = select(AuditLine).order_by(AuditLine.id.desc()).limit(limit)
    return query if before_id is None else query.where(AuditLine.id < before_id)


def _lines(db: Database, query: Select[AuditLine]) -> list[AuditEntry]:
    with db.read() as session:
        return [
            AuditEntry(
                line.id,
                line.created_at,
                line.guild_id,
                line.actor_id,
                line.actor_name,
                line.action,
                line.old,
                line.new,
            )
            for line in session.scalars(query)
        ]
