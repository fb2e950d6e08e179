"""Of a server that the bot was removed from, everything goes after the host's days, unless it is back before."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from db.audit import server_lines
from db.delivery.message_deletions import About, due_deletions, remember_sent
from db.engine import Database
from db.preferences import change_guild_settings, guild_settings
from db.privacy.guild_departures import compare_guilds, note_joined, note_left
from db.privacy.purge import NOBODY
from db.privacy.retention import purge
from db.queries.search import search
from db.tables import Blob, GuildMembership, Job, Prediction, Review, SentMessage
from db.types import SearchFilter, Viewer
from tests.db.steps import (
    ELSEWHERE,
    GUILD,
    ME,
    OTHER,
    OWNER,
    check_invariants,
    done_file,
    done_review,
    file_job,
    origin,
    state,
)


def in_days(days: float) -> datetime:
    return datetime.now(UTC) + timedelta(days=days)


def texts(db: Database) -> int:
    with db.read() as session:
        return session.scalar(select(func.count(Review.text))) or 0


def fill(db: Database) -> tuple[int, int]:
    """In the server: a shared review, a file, one that is worked on, settings. Elsewhere and by message: a review each.

    The id of the first result and of the running job.
    """
    result = done_review(db, "said here", origin(shared=True))
    done_file(db, 3)
    running = file_job(db, 2)
    change_guild_settings(db, ME, lambda old: replace(old, retention_days=300))
    done_review(db, "said elsewhere", origin(guild=ELSEWHERE))
    with db.read() as session:
        here = session.scalars(select(Job.id).where(Job.guild_id == GUILD).order_by(Job.id)).all()
    for job_id in here:
        remember_sent(db, 5, 700 + job_id, About(OWNER, job_id))
    done_review(db, "said alone", origin(guild=None))
    note_joined(db, [GUILD, ELSEWHERE])
    return result, running


def test_all_of_it_goes_after_the_days_and_nothing_else(db: Database) -> None:
    result, running = fill(db)
    before = texts(db)
    note_left(db, GUILD)
    assert purge(db, older_than_days=90, departed_days=30, at=in_days(29.9)).servers == 0
    assert texts(db) == before
    assert purge(db, older_than_days=90, departed_days=30, at=in_days(30.1)).servers == 1
    assert texts(db) == 2
    assert state(db, running) == "cancelled"
    assert guild_settings(db, ME).retention_days is None
    assert server_lines(db, ME) == []
    assert search(db, Viewer(OTHER, GUILD), SearchFilter()).items == []
    with db.read() as session:
        kept = session.get_one(Prediction, result)
        assert (kept.label, kept.owner_id, kept.film) == ("positive", NOBODY, None)
        for table in (Job, Prediction):
            assert session.scalar(select(func.count()).where(table.guild_id == GUILD)) == 0
        assert session.scalar(select(func.count()).select_from(Blob)) == 0
        assert session.scalar(select(func.count()).select_from(SentMessage)) == 0
        assert session.scalars(select(GuildMembership.guild_id)).all() == [ELSEWHERE]
    assert due_deletions(db) == []  # its channels are out of reach
    check_invariants(db)


def test_a_server_that_is_back_before_keeps_everything(db: Database) -> None:
    fill(db)
    before = texts(db)
    note_left(db, GUILD)
    note_joined(db, [GUILD])
    assert purge(db, older_than_days=90, departed_days=30, at=in_days(40)).servers == 0
    assert texts(db) == before


def test_a_removal_while_the_bot_was_away_is_found_when_it_is_back(db: Database) -> None:
    fill(db)
    assert compare_guilds(db, [GUILD, ELSEWHERE]) == []
    assert compare_guilds(db, [ELSEWHERE]) == [GUILD]
    assert compare_guilds(db, [ELSEWHERE]) == []  # the time counts from the first notice on
    assert purge(db, older_than_days=90, departed_days=0, at=in_days(0.1)).servers == 1
    assert texts(db) == 2


def test_a_server_that_the_bot_never_was_in_is_left_alone(db: Database) -> None:
    """Somebody who installed the bot for themselves uses it there."""
    done_review(db, "by a user's own bot", origin(guild=77))
    assert compare_guilds(db, [GUILD]) == []
    purge(db, older_than_days=90, departed_days=0, at=in_days(1))
    assert texts(db) == 1
