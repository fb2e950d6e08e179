"""Continuations: what a button goes on with when that is too long to stand in the button itself.

A search and its pages, a file to score again. Rows live for a week, so buttons outlive a restart of whoever shows
them. Only the owner gets a row: everybody else's press finds nothing, as does a press that comes too late.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, delete, insert, select, update

from db.clock import db_time
from db.crypto import Place, opened_json, place, stored_json
from db.engine import Database
from db.tables import Continuation

TTL_S: Final = 7 * 24 * 3600.0
"""How long a row lives, seconds."""


def create(db: Database, owner_id: int, kind: str, data: dict[str, Any]) -> str:
    """Stores `data` (JSON) for a button; returns its key of 16 hexadecimal digits."""
    key = secrets.token_hex(8)
    _insert(db, owner_id, kind, key, data)
    return key


def get(db: Database, owner_id: int, kind: str, key: str) -> dict[str, Any] | None:
    """The row's data; None when it is someone else's, of another kind, or gone."""
    with db.read() as session:
        stored = session.scalar(select(Continuation.data).where(*_row(owner_id, kind, key)))
    return _data(db, owner_id, key, stored)


def replace(db: Database, owner_id: int, kind: str, key: str, data: dict[str, Any]) -> None:
    """Stores `data` instead; nothing happens when the row is gone."""
    stored = stored_json(db.sealer, data, button_place(key, owner_id))
    with db.begin() as session:
        session.execute(update(Continuation).where(*_row(owner_id, kind, key)).values(data=stored))


def pop(db: Database, owner_id: int, kind: str, key: str) -> dict[str, Any] | None:
    """As `get`, and the row is gone: of two presses at once, one gets it."""
    with db.begin() as session:
        gone = delete(Continuation).where(*_row(owner_id, kind, key)).returning(Continuation.data)
        stored = session.scalar(gone)
    return _data(db, owner_id, key, stored)


def restore(db: Database, owner_id: int, kind: str, key: str, data: dict[str, Any]) -> None:
    """Undoes `pop`, when what the row was popped for failed."""
    _insert(db, owner_id, kind, key, data)


def delete_expired(db: Database, at: datetime | None = None) -> None:
    """Deletes what is older than `TTL_S` at the time `at`, the database's own when None."""
    old = db_time(-TTL_S) if at is None else at - timedelta(seconds=TTL_S)
    with db.begin() as session:
        session.execute(delete(Continuation).where(Continuation.created_at < old))


def button_place(key: str, owner_id: int) -> Place:
    """Where the data of a button stand, and whose they are."""
    return place("continuations", key, owner=owner_id)


def _insert(db: Database, owner_id: int, kind: str, key: str, data: dict[str, Any]) -> None:
    stored = stored_json(db.sealer, data, button_place(key, owner_id))
    with db.begin() as session:
        session.execute(insert(Continuation).values(key=key, owner_id=owner_id, kind=kind, data=stored))


def _data(db: Database, owner_id: int, key: str, stored: Any) -> dict[str, Any] | None:
    data: dict[str, Any] | None = None
    if stored is not None:
        data = opened_json(db.sealer, stored, button_place(key, owner_id))
    return data


def _row(owner_id: int, kind: str, key: str) -> tuple[ColumnElement[bool], ...]:
    return (Continuation.key == key, Continuation.owner_id == owner_id, Continuation.kind == kind)
