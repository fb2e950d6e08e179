"""A wrong clock deletes nothing; a clock that holds for a day, or time that really passed, does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from db.clock import db_time
from db.engine import Database
from db.operations.heartbeats import record
from db.privacy import clock_guard
from db.privacy.clock_guard import UP, doubt, note_purge, purge_state
from db.privacy.erase import ABANDONED_S
from db.privacy.retention import purge_on_time
from db.tables import DeletionRequest, Heartbeat, PurgeClock, Review
from tests.db.steps import OWNER, done_review

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


def texts(db: Database) -> int:
    with db.read() as session:
        return session.scalar(select(func.count(Review.text))) or 0


def in_days(days: float) -> datetime:
    return datetime.now(UTC) + timedelta(days=days)


def test_a_clock_100_days_ahead_during_one_purge_deletes_nothing(db: Database) -> None:
    done_review(db)
    assert purge_on_time(db, older_than_days=90) is not None
    assert purge_on_time(db, older_than_days=90, at=in_days(100)) is None
    assert texts(db) == 1
    refused = purge_state(db)
    assert refused.refused_since is not None
    assert refused.refused_since > in_days(99)
    assert purge_on_time(db, older_than_days=90) is not None  # the clock was put right
    assert texts(db) == 1
    assert purge_state(db).refused_since is None


def test_without_the_guard_it_deletes(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    done_review(db)
    purge_on_time(db, older_than_days=90)
    monkeypatch.setattr(clock_guard, "doubt", lambda db, at: None)
    purge_on_time(db, older_than_days=90, at=in_days(100))
    assert texts(db) == 0


def test_the_first_purge_of_all_goes_by_the_newest_job(db: Database) -> None:
    done_review(db)
    assert purge_on_time(db, older_than_days=90, at=in_days(100)) is None
    assert texts(db) == 1


def test_time_that_really_passed_counts_after_a_day(db: Database) -> None:
    """Nothing ran for 100 days; then the hourly looks see the new time hold."""
    done_review(db)
    purge_on_time(db, older_than_days=90)
    hours = [in_days(100) + timedelta(hours=hour) for hour in range(26)]
    deleted = [purge_on_time(db, older_than_days=90, at=hour) is not None for hour in hours]
    assert deleted == [False] * 24 + [True] * 2
    assert texts(db) == 0


def test_another_step_begins_anew(db: Database) -> None:
    note_purge(db, NOW)
    assert doubt(db, NOW + timedelta(days=100)) == "step"
    assert doubt(db, NOW + timedelta(days=200)) == "step"
    assert doubt(db, NOW + timedelta(days=199)) == "step"
    assert doubt(db, NOW + timedelta(days=199, hours=23)) == "step"


def test_an_hour_or_a_night_is_no_step(db: Database) -> None:
    note_purge(db, NOW)
    for hours in (1, 23, 24):
        assert doubt(db, NOW + timedelta(hours=hours)) is None
    assert doubt(db, NOW - timedelta(days=300)) is None  # back: younger than it is, nothing is due


@pytest.mark.parametrize(("up_s", "expected"), [(100 * 86_400.0, None), (3_600.0, "contradicted")])
def test_a_process_that_lives_contradicts_the_clock(db: Database, up_s: float, expected: str | None) -> None:
    """It was started 100 days ago by the clock; how long it ran by its own time decides."""
    record(db, "a", "worker", "here", {UP: up_s})
    with db.begin() as session:
        session.execute(update(Heartbeat).values(started_at=db_time(-100 * 86_400)))
        session.add(PurgeClock(id=1, purged_at=in_days(-100), refused_since=in_days(-2), refused_at=in_days(-0.01)))
    assert doubt(db) == expected


def test_what_users_asked_for_goes_by_any_clock(db: Database) -> None:
    done_review(db)
    purge_on_time(db, older_than_days=90)
    with db.begin() as session:
        session.add(DeletionRequest(user_id=OWNER, requested_at=in_days(0) - timedelta(seconds=ABANDONED_S + 5)))
    assert purge_on_time(db, older_than_days=90, at=in_days(100)) is None
    with db.read() as session:
        assert session.scalar(select(func.count()).select_from(DeletionRequest)) == 0
