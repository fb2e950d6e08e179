"""Heartbeats, health and overview: what they say of a worker that is well, deaf, hung or gone."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from db.engine import Database
from db.operations.heartbeats import record
from db.operations.types import LATE_S, Fact, Room
from db.queue import sweep
from tests.fixtures.reviews import accept_text
from worker.operations.health import DEAF_S, LOOKED_S, complaint
from worker.processes.heartbeat import Activity
from worker.processes.metrics_folder import Totals

WELL: dict[Room, dict[str, Fact]] = {
    "worker": {"ready": True, "idle_s": 0.0, "per_second": 120.0, "errors_hour": 2, "restarts": 1},
    "bot": {"ready": True, "looked_s": 1.0, "errors_hour": 1},
}


def age(db: Database, column: str, table: str, seconds: float) -> None:
    """Moves a time of all rows into the past."""
    moved = (
        f"{column} = strftime('%Y-%m-%d %H:%M:%f000', {column}, '-{seconds} seconds')"
        if db.url.get_backend_name() == "sqlite"
        else f"{column} = {column} - interval '{seconds} seconds'"
    )
    with db.begin() as session:
        session.execute(text(f"UPDATE {table} SET {moved}"))


@pytest.mark.parametrize("room", ["bot", "worker"])
def test_well_is_who_was_seen_and_is_ready(db: Database, room: Room) -> None:
    assert "has reported" in str(complaint(db, room, host="here"))
    record(db, "a", room, "here", WELL[room])
    assert complaint(db, room, host="here") is None
    assert "has reported" in str(complaint(db, room, host="there")), "another machine's does not count"
    record(db, "a", room, "here", WELL[room] | {"ready": False})
    assert complaint(db, room, host="here") is not None
    age(db, "seen_at", "heartbeats", LATE_S + 5)
    assert "last seen" in str(complaint(db, room, host="here"))
    record(db, "b", room, "here", WELL[room])
    assert complaint(db, room, host="here") is None, "started again after a kill"


def test_a_bot_whose_loop_hangs_is_not_well(sqlite_db: Database) -> None:
    record(sqlite_db, "a", "bot", "here", WELL["bot"] | {"looked_s": LOOKED_S + 1})
    assert "hangs" in str(complaint(sqlite_db, "bot", host="here"))


def test_a_worker_is_deaf_when_it_is_idle_while_a_chunk_waits_and_only_then(db: Database) -> None:
    idle = WELL["worker"] | {"idle_s": DEAF_S + 5}
    record(db, "a", "worker", "here", idle)
    assert complaint(db, "worker", host="here") is None, "nothing waits"
    accept_text(db)
    sweep(db, slots=1)
    assert complaint(db, "worker", host="here") is None, "not for long"
    age(db, "queued_at", "chunks", DEAF_S + 5)
    assert "gets no messages" in str(complaint(db, "worker", host="here"))
    record(db, "a", "worker", "here", WELL["worker"])
    assert complaint(db, "worker", host="here") is None, "it is busy with something else"


def test_idle_is_counted_from_the_last_sign_of_work() -> None:
    activity = Activity(0.0)
    activity.note(Totals(reviews=10, chunks=1, in_work=1), 0, 10.0)
    activity.note(Totals(reviews=10, chunks=1, in_work=1), 0, 20.0)
    assert activity.facts()["idle_s"] == 0.0, "a long chunk is work"
    activity.note(Totals(reviews=90, chunks=2), 3, 30.0)
    assert activity.facts() | {} == {"reviews": 90, "per_second": 4.0, "errors_hour": 3, "idle_s": 0.0}
    activity.note(Totals(reviews=90, chunks=2), 3, 45.0)
    assert activity.facts()["idle_s"] == 15.0
