"""What buttons go on with, and the films that a caller may be offered; on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from db.delivery import continuations
from db.delivery.cards import mark_delivered
from db.engine import Database
from db.privacy.retention import purge
from db.queries.films import list_films
from db.queries.jobs import get_job
from db.queue.accept import accept_review
from db.types import Origin, Viewer
from tests.db.steps import done_review


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


@pytest.fixture
def films(db: Database) -> Database:
    """Verdicts of user 1 in server 5, in server 6 and in a direct message, and shared ones of user 2 in server 5."""
    for event, (owner, guild, shared, film) in enumerate(
        [
            (1, 5, False, "Heat"), (1, 6, False, "Up"), (1, None, False, "100% Wolf"), (2, 5, True, "Alien"),
            (2, 5, False, "Secret"), (1, 5, False, "heatwave"), (1, 5, False, None), (1, 5, False, "Heat"),
        ]
    ):  # fmt: skip
        done_review(db, where=Origin(owner, guild, 7, "message", event, shared=shared, film=film))
    return db


def test_films_are_those_the_caller_may_see_the_latest_first(films: Database) -> None:
    assert list_films(films, Viewer(1, 5)) == ["Heat", "heatwave", "Alien", "100% Wolf"]
    assert list_films(films, Viewer(1)) == ["Heat", "heatwave", "100% Wolf", "Up"]
    assert list_films(films, Viewer(2, 5)) == ["Secret", "Alien"]
    assert list_films(films, Viewer(3)) == []


def test_films_by_what_is_typed(films: Database) -> None:
    assert list_films(films, Viewer(1, 5), " HEAT ") == ["Heat", "heatwave"]
    assert list_films(films, Viewer(1, 5), "0%") == ["100% Wolf"], "the sign is no wildcard"
    assert list_films(films, Viewer(1, 5), "_") == []
    assert list_films(films, Viewer(1, 5), limit=1) == ["Heat"]


def test_where_it_was_asked_for_stays_and_the_token_goes_with_the_delivery(db: Database) -> None:
    origin = Origin(1, 5, 7, "interaction", 9, reply_to=11, reply_channel_id=12, reply_token="made-up")
    job_id = accept_review(db, origin, "Fine.").job_id
    job = get_job(db, Viewer(1), job_id)
    assert (job.reply_to, job.reply_channel_id, job.reply_token) == (11, 12, "made-up")
    assert "made-up" not in repr(job)
    assert "made-up" not in repr(origin)
    mark_delivered(db, job_id)
    job = get_job(db, Viewer(1), job_id)
    assert (job.reply_to, job.reply_channel_id, job.reply_token) == (11, 12, None)
