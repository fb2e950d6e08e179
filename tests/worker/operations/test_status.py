"""Figures of `reelfeel status` in words (the command itself: tests/operating)."""

from __future__ import annotations

import pytest

from common.settings import Settings
from db.engine import Database
from db.operations.heartbeats import record
from worker.operations.status import NOT_RUNNING, _counts, _many, _time, as_json, look


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-1.0, "0.0 s"),
        (0.42, "0.4 s"),
        (9.94, "9.9 s"),
        (10.0, "10 s"),
        (119.0, "119 s"),
        (120.0, "2 min"),
        (7_199.0, "120 min"),
        (7_200.0, "2 h"),
        (9_000.0, "2.5 h"),
        (172_800.0, "2 d"),
    ],
)
def test_times_have_a_unit_of_which_there_are_two_at_least(seconds: float, words: str) -> None:
    assert _time(seconds) == words


def test_counts_leave_out_what_there_is_none_of() -> None:
    assert _counts({"needs_column": 1, "failed": 0, "done": 1_234}) == "1 needs column, 1,234 done"
    assert _counts({"done": 0}) == ""


def test_many_are_not_counted_further() -> None:
    assert [_many(999), _many(1_000), _many(2_000)] == ["999", "1000 or more", "1000 or more"]


def test_nothing_runs_and_a_dead_process_does_not_count_as_speed(sqlite_db: Database, tmp_path: object) -> None:
    record(sqlite_db, "a", "worker", "here", {"ready": True, "per_second": 12.5, "errors_hour": 2})
    record(sqlite_db, "b", "bot", "here", {"ready": True, "per_second": 0.0, "errors_hour": 1})
    status = look(Settings(_env_file=None, data_dir=tmp_path, redis_url=None), sqlite_db)
    assert status.broker == NOT_RUNNING
    assert not status.broker_away
    told = as_json(status)
    assert (told["reviews_per_second"], told["errors_last_hour"], told["messages"]) == (12.5, 3, None)
