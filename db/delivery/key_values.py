"""Small things the bot remembers across restarts, by key."""

from __future__ import annotations

from sqlalchemy import select

from db.dialect import insert_for
from db.engine import Database
from db.tables import BotState


def get_state(db: Database, key: str) -> str | None:
    """What was last stored under `key`; None when nothing was."""
    with db.read() as session:
        return session.scalar(select(BotState.value).where(BotState.key == key))


def set_state(db: Database, key: str, value: str) -> None:
    """Stores `value` under `key` (up to 200 characters)."""
    with db.begin() as session:
        insert = insert_for(session, BotState).values(key=key, value=value)
        session.execute(insert.on_conflict_do_update(index_elements=["key"], set_={"value": value}))
