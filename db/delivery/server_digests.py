"""Server digests: what a server's managers asked for, and who posts which one now.

A digest is told once. Before it is sent, `begin_posting` writes down that it is: no second bot takes it then, and one
that comes after a crash learns that the first may have sent it. What was told stands in `told_until`, so that a bot
that was away for weeks, or a clock that went back, tells nothing again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import and_, delete, or_, select, update

from db.audit import note_manager
from db.clock import db_time
from db.dialect import insert_for, wait_exclusive
from db.engine import Database
from db.tables import AuditLine, ServerDigest
from db.types import Digest, Viewer

LEASE_S: Final = 120.0
"""After so long without a word the one that posts is taken for dead."""
DIGEST_LOCK: Final = 0x0D << 56
"""Space of PostgreSQL advisory locks, one a server, that make two managers' changes follow each other."""
BY_ITSELF: Final = "Reelfeel"
"""Who stands in the audit log when the bot switches a digest off."""
ACTION: Final = "digest"


def digest_of(db: Database, viewer: Viewer) -> Digest | None:
    """The digest of the viewer's server; None without one, and in a direct message. Who may read it is asked before."""
    if viewer.guild_id is None:
        return None
    with db.read() as session:
        row = session.get(ServerDigest, viewer.guild_id)
        return None if row is None else _digest(db, row)


def save_digest(db: Database, viewer: Viewer, edit: Callable[[Digest | None], Digest | None]) -> Digest | None:
    """Applies `edit` to the digest of the viewer's server and gives the new one; None takes it away.

    One at a time for a server, with a line of the audit log. Raises ValueError in a direct message, and whatever
    `edit` raises.
    """
    if viewer.guild_id is None:
        raise ValueError("a direct message has no server digest")
    with db.begin() as session:
        wait_exclusive(session, DIGEST_LOCK ^ viewer.guild_id)
        row = session.get(ServerDigest, viewer.guild_id)
        old = None if row is None else _digest(db, row)
        new = edit(old)
        if new == old:
            return new
        note_manager(session, viewer, ACTION, old=_words(old), new=_words(new))
        if new is None:
            session.execute(delete(ServerDigest).where(ServerDigest.guild_id == viewer.guild_id))
            return None
        new = replace(new, guild_id=viewer.guild_id, set_by=viewer.user_id)
        values: dict[str, Any] = {
            "channel_id": new.channel_id,
            "every": new.every,
            "films": [db.sealer.seal_name(viewer.guild_id, film) for film in new.films],
            "alerts": new.alerts,
            "language": new.language,
            "set_by": new.set_by,
            "told_until": new.told_until,
            "off_reason": new.off_reason,
        }
        insert = insert_for(session, ServerDigest).values(guild_id=viewer.guild_id, created_at=db_time(), **values)
        session.execute(insert.on_conflict_do_update(index_elements=["guild_id"], set_=values))
    return new


def database_time(db: Database) -> datetime:
    """The time by which digests are due."""
    with db.read() as session:
        now: datetime | None = session.scalar(select(db_time()))
    assert now is not None
    return now


def running_digests(db: Database) -> tuple[datetime, list[Digest]]:
    """The database's time, and every digest that is switched on."""
    now = database_time(db)
    with db.read() as session:
        rows = session.scalars(select(ServerDigest).where(ServerDigest.off_reason.is_(None))).all()
        return now, [_digest(db, row) for row in rows]


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose turn it is to post something. `maybe_sent`: since when another one was at it, who may have sent it."""

    what: str
    maybe_sent: datetime | None


def begin_posting(db: Database, seen: Digest, what: str) -> Turn | None:
    """Takes the turn to post `what`, which names one post for ever; None when it is another's, or told already."""
    mine = ServerDigest.guild_id == seen.guild_id
    free = or_(
        ServerDigest.posting.is_(None),
        ServerDigest.posting_since < db_time(-LEASE_S),
        ServerDigest.posting_since > db_time(LEASE_S),  # a clock that went back
    )
    unchanged = and_(
        ServerDigest.told_until == seen.told_until,
        ServerDigest.looked_on == seen.looked_on if seen.looked_on else ServerDigest.looked_on.is_(None),
        ServerDigest.channel_id == seen.channel_id,
        ServerDigest.off_reason.is_(None),
    )
    with db.begin() as session:
        wait_exclusive(session, DIGEST_LOCK ^ seen.guild_id)
        before = session.execute(
            select(ServerDigest.posting, ServerDigest.posting_since).where(mine, free, unchanged)
        ).one_or_none()
        if before is None:
            return None
        taken = update(ServerDigest).where(mine).values(posting=what, posting_since=db_time())
        session.execute(taken)
    return Turn(what, before.posting_since if before.posting == what else None)


def end_posting(
    db: Database,
    guild_id: int,
    turn: Turn,
    *,
    told_until: date | None = None,
    looked_on: date | None = None,
    alerted_on: date | None = None,
) -> None:
    """What was posted, or needed no post; nothing happens when the turn has gone to somebody else."""
    told = {"told_until": told_until, "looked_on": looked_on, "alerted_on": alerted_on}
    values = {name: value for name, value in told.items() if value is not None}
    mine = (ServerDigest.guild_id == guild_id, ServerDigest.posting == turn.what)
    with db.begin() as session:
        session.execute(update(ServerDigest).where(*mine).values(posting=None, posting_since=None, **values))


def switch_off(db: Database, seen: Digest, reason: str) -> bool:
    """Switches it off, since its channel takes nothing; whether that was this call's doing, which is who says so."""
    mine = (
        ServerDigest.guild_id == seen.guild_id,
        ServerDigest.channel_id == seen.channel_id,
        ServerDigest.off_reason.is_(None),
    )
    with db.begin() as session:
        off = update(ServerDigest).where(*mine).values(off_reason=reason, posting=None, posting_since=None)
        if not int(session.execute(off).rowcount):  # type: ignore[attr-defined]
            return False
        line = AuditLine(guild_id=seen.guild_id, actor_name=BY_ITSELF, action=ACTION, old=_words(seen), new=None)
        session.add(line)
    return True


def _digest(db: Database, row: ServerDigest) -> Digest:
    return Digest(
        guild_id=row.guild_id,
        channel_id=row.channel_id,
        every="month" if row.every == "month" else "week",
        films=tuple(db.sealer.open_name(one, row.guild_id) for one in row.films),
        alerts=row.alerts,
        language=row.language,
        set_by=row.set_by,
        told_until=row.told_until,
        looked_on=row.looked_on,
        alerted_on=row.alerted_on,
        off_reason=row.off_reason,
    )


def _words(one: Digest | None) -> str | None:
    """A digest as the audit log keeps it; the names of films stay out."""
    if one is None or one.off_reason is not None:
        return None
    return f"{one.channel_id} {one.every}{' alerts' if one.alerts else ''} {len(one.films)}"
