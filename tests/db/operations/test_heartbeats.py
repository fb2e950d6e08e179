"""Heartbeats: one row a process."""

from __future__ import annotations

from sqlalchemy import text

from db.engine import Database
from db.operations.heartbeats import EXPIRES_S, beats, deregister, record


def age(db: Database, column: str, table: str, seconds: float) -> None:
    """Moves a time of all rows into the past."""
    moved = (
        f"{column} = strftime('%Y-%m-%d %H:%M:%f000', {column}, '-{seconds} seconds')"
        if db.url.get_backend_name() == "sqlite"
        else f"{column} = {column} - interval '{seconds} seconds'"
    )
    with db.begin() as session:
        session.execute(text(f"UPDATE {table} SET {moved}"))


def test_a_beat_is_one_row_that_goes_with_a_farewell_or_after_a_day(db: Database) -> None:
    for n in range(3):
        record(db, "a", "worker", "here", {"n": n})
    record(db, "b", "bot", "there", {})
    (found,) = beats(db, room="worker")
    assert (found.host, found.facts, found.alive) == ("here", {"n": 2}, True)
    assert 0 <= found.age_s < 5
    assert beats(db, host="there")[0].room == "bot"
    deregister(db, "b")
    assert [one.id for one in beats(db)] == ["a"]
    age(db, "seen_at", "heartbeats", EXPIRES_S + 60)
    assert not beats(db)[0].alive
    record(db, "c", "worker", "here", {})
    assert [one.id for one in beats(db)] == ["c"]
