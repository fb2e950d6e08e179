"""Digests of servers in SQL: set, told once by whoever posts, switched off once, deleted with the server."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select, text, update

from db.audit import server_lines
from db.clock import db_time
from db.delivery.server_digests import (
    LEASE_S,
    begin_posting,
    digest_of,
    end_posting,
    running_digests,
    save_digest,
    switch_off,
)
from db.engine import Database
from db.privacy.erase import erase_user
from db.privacy.export_rows import own_digests
from db.privacy.guild_departures import note_left, purge_departed
from db.queries.films import sole_owners
from db.tables import ServerDigest
from db.types import Digest, NewReview, Viewer
from tests.db.steps import CHANNEL, ELSEWHERE, GUILD, ME, OTHER, done_file, origin

TOLD = date(2026, 11, 22)
ONE = Digest(GUILD, CHANNEL, "week", ("Heat", "Up"), True, "de", ME.user_id, TOLD)


def saved(db: Database, viewer: Viewer = ME) -> Digest:
    found = save_digest(db, viewer, lambda _: ONE)
    assert found is not None
    return found


def test_it_is_kept_as_it_was_set_and_the_log_says_who(db: Database) -> None:
    assert digest_of(db, ME) is None
    assert saved(db) == ONE == digest_of(db, ME)
    assert digest_of(db, Viewer(ME.user_id, ELSEWHERE)) is None is digest_of(db, Viewer(ME.user_id))
    with pytest.raises(ValueError, match="direct message"):
        save_digest(db, Viewer(ME.user_id), lambda _: ONE)
    assert save_digest(db, ME, lambda old: old) == ONE, "no change, no line"
    assert save_digest(db, ME, lambda _: None) is None
    assert digest_of(db, ME) is None
    told = [(line.action, line.actor_id, line.old, line.new) for line in server_lines(db, ME)]
    assert told == [
        ("digest", ME.user_id, f"{CHANNEL} week alerts 2", None),
        ("digest", ME.user_id, None, f"{CHANNEL} week alerts 2"),
    ]


def test_one_of_two_bots_posts_it_and_what_is_told_is_not_told_again(db: Database) -> None:
    seen = saved(db)
    turn = begin_posting(db, seen, "week 2026-11-29")
    assert turn is not None
    assert turn.maybe_sent is None
    assert begin_posting(db, seen, "week 2026-11-29") is None, "the other one is at it"
    end_posting(db, GUILD, turn, told_until=TOLD + timedelta(7))
    assert begin_posting(db, seen, "week 2026-11-29") is None, "what it saw is over"
    _, (now,) = running_digests(db)
    assert now == replace(ONE, told_until=TOLD + timedelta(7))


@pytest.mark.parametrize("seconds", [-LEASE_S - 5, LEASE_S + 3600])
def test_after_a_crash_the_next_one_learns_that_it_may_have_been_sent(db: Database, seconds: float) -> None:
    seen = saved(db)
    first = begin_posting(db, seen, "week 2026-11-29")
    with db.begin() as session:  # the bot died; or the clock went back an hour
        session.execute(update(ServerDigest).values(posting_since=db_time(seconds)))
    other = begin_posting(db, seen, "alert 2026-11-29")
    assert other is not None
    assert other.maybe_sent is None, "that was another post"
    assert first is not None
    end_posting(db, GUILD, first, told_until=TOLD + timedelta(70))
    assert digest_of(db, ME) == ONE, "its turn has gone to somebody else"
    with db.begin() as session:
        session.execute(update(ServerDigest).values(posting_since=db_time(seconds)))
    again = begin_posting(db, seen, "alert 2026-11-29")
    assert again is not None
    assert again.maybe_sent is not None


def test_a_change_while_it_is_posted_keeps_what_is_told(db: Database) -> None:
    turn = begin_posting(db, saved(db), "week 2026-11-29")
    assert turn is not None
    save_digest(db, ME, lambda old: None if old is None else replace(old, alerts=False))
    end_posting(db, GUILD, turn, told_until=TOLD + timedelta(7), looked_on=TOLD, alerted_on=TOLD)
    assert digest_of(db, ME) == replace(
        ONE, alerts=False, told_until=TOLD + timedelta(7), looked_on=TOLD, alerted_on=TOLD
    )


def test_it_is_switched_off_once_and_can_be_set_again(db: Database) -> None:
    seen = saved(db)
    assert [switch_off(db, seen, "closed") for _ in "ab"] == [True, False]
    assert running_digests(db)[1] == []
    assert begin_posting(db, seen, "week 2026-11-29") is None
    assert digest_of(db, ME) == replace(ONE, off_reason="closed")
    newest = server_lines(db, ME)[0]
    assert (newest.actor_id, newest.actor_name, newest.new) == (None, "Reelfeel", None)
    save_digest(db, ME, lambda old: None if old is None else replace(old, channel_id=CHANNEL + 1, off_reason=None))
    assert not switch_off(db, seen, "closed"), "it has another channel now"
    assert len(running_digests(db)[1]) == 1


def test_it_goes_with_the_server_and_forgets_who_set_it_up(db: Database) -> None:
    saved(db)
    assert [(row["guild_id"], row["films"]) for row in own_digests(db, ME)] == [(GUILD, ["Heat", "Up"])]
    assert list(own_digests(db, Viewer(OTHER, GUILD))) == []
    erase_user(db, ME)
    assert digest_of(db, ME) == replace(ONE, set_by=None)
    note_left(db, GUILD)
    assert purge_departed(db, days=-1) == 1
    with db.read() as session:
        assert session.scalars(select(ServerDigest)).all() == []


def test_a_film_that_one_member_alone_has_reviewed_tells_of_them(db: Database) -> None:
    day = date(2026, 11, 25)
    done_file(db, [NewReview(1, "x", "Heat", day), NewReview(2, "x", "Mine (2001)", day)], where=origin(shared=True))
    done_file(db, [NewReview(1, "x", "HEAT", day)], where=origin(OTHER, shared=True))
    done_file(db, [NewReview(1, "x", "Mine", day)], where=origin(OTHER))  # not shared
    everybody = Viewer(-1, GUILD, frozenset({CHANNEL}))
    assert sole_owners(db, everybody, ["Heat", "mine"], day, day) == [ME.user_id]
    assert sole_owners(db, everybody, ["Heat"], day, day) == sole_owners(db, everybody, ["mine"], TOLD, TOLD) == []


def test_names_of_films_are_stored_sealed_and_follow_the_keys(db: Database) -> None:
    from db.crypto import Sealer, new_key
    from db.privacy import text_keys

    plain, db.sealer = db.sealer, Sealer([new_key()])
    try:
        saved(db)
        assert digest_of(db, ME) == ONE
        with db.read() as session:
            assert "Heat" not in str(session.execute(text("SELECT films FROM server_digests")).scalar())
        text_keys.rotate(db, to_plain=True)
    finally:
        db.sealer = plain
    assert digest_of(db, ME) == ONE
