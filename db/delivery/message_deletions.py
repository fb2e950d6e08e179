"""Messages of the bot's own that show what was deleted here: they stand in SQL until the bot has taken them away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from db.clock import db_time
from db.engine import Database
from db.tables import Job, MessageDeletion

MOST_TRIES: Final = 8
"""Tries after which a message is given up: by then Discord has refused it for hours."""
FIRST_WAIT_S: Final = 30.0
"""Wait after the first try that failed; four times as long after each further one."""


@dataclass(frozen=True, slots=True)
class Doomed:
    """A message to delete."""

    id: int
    channel_id: int
    message_id: int
    tries: int


def schedule_deletion(session: Session, job_ids: Sequence[int]) -> int:
    """Puts the jobs' messages down for deletion, in the caller's transaction; how many there are."""
    shown = (Job.id.in_(job_ids), Job.message_id.is_not(None), Job.channel_id.is_not(None))
    known = select(MessageDeletion.message_id)
    found = session.execute(
        select(Job.channel_id, Job.message_id).where(*shown, Job.message_id.not_in(known)).distinct()
    ).all()
    if found:
        session.execute(insert(MessageDeletion), [{"channel_id": where, "message_id": which} for where, which in found])
    return len(found)


def due(db: Database, *, limit: int = 20) -> list[Doomed]:
    """Messages whose turn it is, oldest first."""
    columns = (MessageDeletion.id, MessageDeletion.channel_id, MessageDeletion.message_id, MessageDeletion.tries)
    query = select(*columns).where(MessageDeletion.not_before <= db_time()).order_by(MessageDeletion.id).limit(limit)
    with db.read() as session:
        return [Doomed(*row) for row in session.execute(query)]


def done(db: Database, doomed: Doomed) -> None:
    """The message is gone, or can never be deleted."""
    with db.begin() as session:
        session.execute(delete(MessageDeletion).where(MessageDeletion.id == doomed.id))


def put_off(db: Database, doomed: Doomed) -> None:
    """Discord did not answer: again later, and after `MOST_TRIES` not at all."""
    if doomed.tries + 1 >= MOST_TRIES:
        done(db, doomed)
        return
    later = {"tries": doomed.tries + 1, "not_before": db_time(FIRST_WAIT_S * 4**doomed.tries)}
    with db.begin() as session:
        session.execute(update(MessageDeletion).where(MessageDeletion.id == doomed.id).values(**later))
