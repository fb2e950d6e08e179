"""When a bot or a worker is not well: at the limits and one second beyond (more in tests/operating)."""

from __future__ import annotations

import pytest

from db.engine import Database
from db.operations.heartbeats import Fact, Room, record
from worker.operations.health import DEAF_S, LOOKED_S, complaint

WELL: dict[str, Fact] = {"ready": True, "idle_s": 0.0, "looked_s": 0.0}


def test_the_limits_in_seconds() -> None:
    assert (DEAF_S, LOOKED_S) == (120.0, 60.0)


@pytest.mark.parametrize(("looked_s", "well"), [(LOOKED_S, True), (LOOKED_S + 1, False)])
def test_a_bot_hangs_beyond_its_limit(sqlite_db: Database, looked_s: float, well: bool) -> None:
    record(sqlite_db, "a", "bot", "here", WELL | {"looked_s": looked_s})
    assert (complaint(sqlite_db, "bot", host="here") is None) is well


@pytest.mark.parametrize("room", ["bot", "worker"])
def test_one_that_is_well_is_enough(sqlite_db: Database, room: Room) -> None:
    record(sqlite_db, "a", room, "here", WELL | {"ready": False})
    assert complaint(sqlite_db, room, host="here") is not None
    record(sqlite_db, "b", room, "here", WELL)
    assert complaint(sqlite_db, room, host="here") is None
