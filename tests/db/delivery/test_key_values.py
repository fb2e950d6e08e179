"""Key values: what was stored last under a key."""

from __future__ import annotations

from db.delivery.key_values import get_state, set_state
from db.engine import Database


def test_the_last_value_under_a_key_counts(db: Database) -> None:
    assert get_state(db, "tree") is None
    set_state(db, "tree", "1")
    set_state(db, "tree", "2")
    set_state(db, "other", "3")
    assert get_state(db, "tree") == "2"
