"""Which bot serves: one row that says who, and until when. Two at a time would answer for each other.

The times are the database's clock. The row of a process that died on this machine counts for nothing: a bot that is
started again need not wait for its own end.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from typing import Any, Final

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from db.clock import db_time
from db.dialect import insert_for
from db.engine import Database
from db.tables import BotState

LEASE_S: Final = 30.0
"""Longer than a database hangs, so that nobody takes over from a bot that only waits for it."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A process: `id` is its own for ever, `host` and `pid` say where it runs."""

    id: str
    host: str
    pid: int


def take(db: Database, key: str, who: Holder, *, life_s: float = LEASE_S) -> Holder | None:
    """Takes the lease `key`, or holds it for `life_s` longer; None when that worked, else who has it.

    Raises DatabaseUnavailable.
    """
    with db.begin() as session:
        now = session.scalar(select(db_time()))
        assert now is not None
        held = _locked(session, key)
        other = None if not held else Holder(held["id"], held["host"], held["pid"])
        if other is not None and other.id != who.id and held["until"] > now.timestamp() and not _is_gone(other, who):
            return other
        value = json.dumps(asdict(who) | {"until": now.timestamp() + life_s})
        session.execute(update(BotState).where(BotState.key == key).values(value=value))
        return None


def release(db: Database, key: str, who: Holder) -> None:
    """Gives the lease back at once, if it is still theirs."""
    with db.begin() as session:
        if _locked(session, key).get("id") == who.id:
            session.execute(delete(BotState).where(BotState.key == key))


def _locked(session: Session, key: str) -> dict[str, Any]:
    """What the row says, made where there is none, and nobody else's until the transaction ends."""
    empty = insert_for(session, BotState).values(key=key, value="{}")
    session.execute(empty.on_conflict_do_nothing(index_elements=["key"]))
    value = session.scalar(select(BotState.value).where(BotState.key == key).with_for_update())
    found: dict[str, Any] = json.loads(value or "{}")
    return found


def _is_gone(other: Holder, who: Holder) -> bool:
    """Whether it ran on this machine (in this container) and has ended: its number is ours now, or nobody's."""
    if other.host != who.host:
        return False
    if other.pid == who.pid:
        return True
    try:
        os.kill(other.pid, 0)
    except ProcessLookupError:
        return True
    except OSError:
        pass
    return False
