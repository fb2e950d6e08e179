"""Guild departures: the servers that the bot is in, and what goes of one that it was removed from.

After the host's number of days without the bot, texts and files that came from there are deleted, nothing shared there
is shared any more, and settings and audit lines go. Scores stay, without owner and server.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from db.clock import db_time
from db.dialect import insert_for
from db.engine import Database
from db.privacy.purge import (
    JOBS,
    changed_rows,
    disown,
    drop_files,
    empty_rows,
    erase_texts,
    in_batches,
    mark_purge,
)
from db.queue import leases
from db.queue.completion import cancel_unfinished
from db.tables import AuditLine, GuildMembership, GuildSetting, Job, Prediction, Review, SentMessage, ServerDigest
from db.types import TERMINAL

DAY_S: Final = 24 * 3600.0


def note_joined(db: Database, guild_ids: Iterable[int]) -> None:
    """The bot is in these servers."""
    rows = [{"guild_id": guild_id, "left_at": None} for guild_id in sorted(set(guild_ids))]
    if rows:
        with db.begin() as session:
            insert = insert_for(session, GuildMembership)
            again = insert.on_conflict_do_update(index_elements=["guild_id"], set_={"left_at": None})
            session.execute(again, rows)


def note_left(db: Database, guild_id: int) -> None:
    """The bot was removed from the server; the time counts from the first notice on."""
    with db.begin() as session:
        insert = insert_for(session, GuildMembership).values(guild_id=guild_id, left_at=db_time())
        again = insert.on_conflict_do_update(
            index_elements=["guild_id"], set_={"left_at": db_time()}, where=GuildMembership.left_at.is_(None)
        )
        session.execute(again)


def compare_guilds(db: Database, guild_ids: Iterable[int]) -> list[int]:
    """The bot is connected and is in these servers: those that it was removed from while it was away."""
    now = set(guild_ids)
    note_joined(db, now)
    with db.read() as session:
        known = session.scalars(select(GuildMembership.guild_id).where(GuildMembership.left_at.is_(None))).all()
    left = sorted(set(known) - now)
    for guild_id in left:
        note_left(db, guild_id)
    return left


def purge_departed(db: Database, *, days: float, at: datetime | None = None) -> int:
    """Deletes what came from servers that the bot left longer ago than that; how many servers. For the purge."""
    limit = db_time(-days * DAY_S) if at is None else at - timedelta(days=days)
    with db.read() as session:
        due = session.scalars(select(GuildMembership.guild_id).where(GuildMembership.left_at < limit)).all()
    for guild_id in due:
        _empty_guild(db, guild_id)
    return len(due)


def _empty_guild(db: Database, guild_id: int) -> None:
    with db.read() as session:
        theirs = select(Job.id, Job.kind, Job.state).where(Job.guild_id == guild_id)
        jobs = session.execute(theirs.order_by(Job.id)).all()
    for job_id in [job_id for job_id, _, state in jobs if state not in TERMINAL]:
        with db.begin() as session:
            cancel_unfinished(session, leases.lock_job(session, job_id))
    for batch in in_batches([job_id for job_id, kind, _ in jobs if kind == "message"], JOBS):
        with db.begin(bulk=True) as session:
            marked = mark_purge(session, Job.id.in_(batch))
            erase_texts(session, Review.job_id.in_(marked))
            _take_out(session, marked)
    for job_id in [job_id for job_id, kind, _ in jobs if kind == "file"]:
        _empty_file(db, job_id)
    with db.begin(bulk=True) as session:
        changed_rows(session, delete(AuditLine).where(AuditLine.guild_id == guild_id))
        changed_rows(session, delete(GuildSetting).where(GuildSetting.guild_id == guild_id))
        changed_rows(session, delete(ServerDigest).where(ServerDigest.guild_id == guild_id))
        changed_rows(session, delete(GuildMembership).where(GuildMembership.guild_id == guild_id))


def _empty_file(db: Database, job_id: int) -> None:
    with db.begin(bulk=True) as session:
        if not mark_purge(session, Job.id == job_id):
            return  # its owner was faster and goes on with it; the next purge takes it
        _forget_messages(session, [job_id])
    empty_rows(db, job_id, _take_out_predictions)
    drop_files(db, job_id)
    with db.begin(bulk=True) as session:
        _take_out(session, [job_id])


def _take_out(session: Session, job_ids: Sequence[int]) -> None:
    """Takes from emptied jobs what leads to the server."""
    _forget_messages(session, job_ids)
    disown(session, job_ids)
    _take_out_predictions(session, Prediction.job_id.in_(job_ids))
    gone: dict[str, Any] = {"guild_id": None, "shared": False, "shared_in": None}
    changed_rows(session, update(Job).where(Job.id.in_(job_ids)).values(**gone))


def _forget_messages(session: Session, job_ids: Sequence[int]) -> None:
    """The server's messages are out of the bot's reach: it does not try to delete them. Before `disown`."""
    changed_rows(session, delete(SentMessage).where(SentMessage.job_id.in_(job_ids)))


def _take_out_predictions(session: Session, mine: ColumnElement[bool]) -> None:
    theirs = update(Prediction).where(mine, Prediction.guild_id.is_not(None))
    changed_rows(session, theirs.values(guild_id=None, shared=False, shared_in=None))
