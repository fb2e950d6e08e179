"""Continuations: only their owner's, once, for a week."""

from __future__ import annotations

from sqlalchemy import text

from db.delivery import continuations
from db.engine import Database
from db.privacy.retention import purge


def test_only_the_owner_goes_on_and_takes_once(db: Database) -> None:
    key = continuations.create(db, 1, "again", {"job": 4, "film": "Amélie"})
    assert len(key) == 16
    assert continuations.get(db, 1, "again", key) == {"job": 4, "film": "Amélie"}
    assert continuations.get(db, 2, "again", key) is None
    assert continuations.get(db, 1, "pages", key) is None
    continuations.replace(db, 2, "again", key, {})
    continuations.replace(db, 1, "again", key, {"job": 5})
    assert continuations.pop(db, 2, "again", key) is None
    assert continuations.pop(db, 1, "again", key) == {"job": 5}
    assert continuations.pop(db, 1, "again", key) is None
    continuations.restore(db, 1, "again", key, {"job": 5})
    assert continuations.pop(db, 1, "again", key) == {"job": 5}


def test_they_go_after_a_week(db: Database) -> None:
    old, young = (continuations.create(db, 1, "pages", {"n": n}) for n in range(2))
    with db.begin() as session:
        long_ago = text("update continuations set created_at = '2020-01-01 00:00:00.000' where key = :key")
        session.execute(long_ago, {"key": old})
    purge(db, older_than_days=90)
    assert continuations.get(db, 1, "pages", old) is None
    assert continuations.get(db, 1, "pages", young) == {"n": 1}
