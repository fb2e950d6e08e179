"""Heartbeats: every process that serves writes a row of its own every few seconds, with what it did lately.

So a host can ask SQL who is there, whichever machine it runs on; times are the database's clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sqlalchemy import delete, select

from db.clock import db_time
from db.dialect import insert_for
from db.engine import Database
from db.operations.types import Beat, Fact, Room
from db.tables import Heartbeat

EXPIRES_S: Final = 24 * 3600.0
"""The row of a process that died without farewell goes after so many seconds."""


def record(db: Database, id_: str, room: Room, host: str, facts: Mapping[str, Fact]) -> None:
    """Writes the row of the process `id_` (at most 32 characters) and deletes those that died a day ago."""
    row = {"id": id_, "room": room, "host": host[:255], "facts": dict(facts)}
    with db.begin() as session:
        session.execute(
            insert_for(session, Heartbeat)
            .values(started_at=db_time(), seen_at=db_time(), **row)
            .on_conflict_do_update(index_elements=["id"], set_={"seen_at": db_time(), "facts": dict(facts)})
        )
        session.execute(delete(Heartbeat).where(Heartbeat.seen_at < db_time(-EXPIRES_S)))


def deregister(db: Database, id_: str) -> None:
    """Takes the row of a process away that stops by itself."""
    with db.begin() as session:
        session.execute(delete(Heartbeat).where(Heartbeat.id == id_))


def beats(db: Database, *, room: Room | None = None, host: str | None = None) -> list[Beat]:
    """The processes seen within a day, the one seen last first; `room` and `host` narrow it down."""
    query = select(Heartbeat).order_by(Heartbeat.seen_at.desc(), Heartbeat.id)
    if room is not None:
        query = query.where(Heartbeat.room == room)
    if host is not None:
        query = query.where(Heartbeat.host == host)
    with db.read() as session:
        now = session.scalar(select(db_time()))
        assert now is not None
        return [
            Beat(
                one.id,
                one.room,  # type: ignore[arg-type]
                one.host,
                one.started_at,
                (now - one.seen_at).total_seconds(),
                one.facts,
            )
            for one in session.scalars(query)
        ]
