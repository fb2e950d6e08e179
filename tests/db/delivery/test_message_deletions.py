"""Message deletions: they wait until the bot has done them, and are given up after a while.

And messages that are on their way while what they show is deleted or taken down: they go at once.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from db.clock import db_time
from db.delivery.cards import set_card_message
from db.delivery.message_deletions import (
    MAX_TRIES,
    NOBODY,
    About,
    due_deletions,
    finish_deletion,
    remember_sent,
    retry_later,
)
from db.engine import Database
from db.privacy import deleted_sources
from db.privacy.deleted_sources import delete_sources
from db.privacy.erase import erase_user
from db.privacy.erase_result import delete_result
from db.privacy.retention import purge
from db.privacy.take_down import take_down
from db.queries.reports import summary
from db.queries.results import get_result
from db.queries.search import search
from db.tables import Job, MessageDeletion, SentMessage
from db.types import ReportFilter, ResultView, SearchFilter, Viewer
from tests.db import steps
from tests.db.privacy.user_data import ME, fill
from tests.db.steps import CHANNEL, GUILD, OTHER, OWNER, done_file, done_review, origin

SOURCE = 4_242
MANAGER = Viewer(3, GUILD)


def test_messages_wait_for_the_bot(db: Database) -> None:
    fill(db)
    erase_user(db, ME)
    first, second, *_ = waiting = due_deletions(db)
    assert len(waiting) == 4
    finish_deletion(db, first)
    retry_later(db, second)
    assert len(due_deletions(db)) == 2
    for tries in range(1, MAX_TRIES):
        with db.begin() as session:
            session.execute(update(MessageDeletion).values(not_before=db_time()))
        (again,) = [one for one in due_deletions(db) if one.id == second.id]
        assert again.tries == tries
        retry_later(db, again)
    assert second.id not in [one.id for one in due_deletions(db)]


Goes = Callable[[Database, ResultView], object]
WAYS: dict[str, Goes] = {
    "its message is deleted": lambda db, it: delete_sources(db, [SOURCE]),
    "it is taken down": lambda db, it: take_down(db, MANAGER, job_id=it.job_id),
    "one result is deleted": lambda db, it: delete_result(db, steps.ME, it.id),
    "its owner is erased": lambda db, it: erase_user(db, steps.ME),
}


def scored(db: Database, kind: str) -> ResultView:
    """A verdict that its owner shared, of a message or of a file, as a report reads it."""
    where = origin(shared=True, reply_to=SOURCE)
    if kind == "message":
        return get_result(db, steps.ME, done_review(db, where=where))
    return search(db, steps.ME, SearchFilter(job_id=done_file(db, 3, where=where))).items[0]


def doomed(db: Database) -> set[int]:
    return {one.message_id for one in due_deletions(db)}


def quoted(it: ResultView) -> tuple[About, About]:
    """What is noted of a report that another member shows, with this verdict in it."""
    return About(it.owner_id, it.job_id, review_id=it.id, shared=it.shared), About(OTHER)


@pytest.mark.parametrize("kind", ["message", "file"])
@pytest.mark.parametrize("way", WAYS)
def test_what_is_sent_while_what_it_shows_goes_is_deleted_at_once(db: Database, way: str, kind: str) -> None:
    it = scored(db, kind)
    WAYS[way](db, it)
    set_card_message(db, it.job_id, CHANNEL, 500, shared=True)
    remember_sent(db, CHANNEL, 501, *quoted(it))
    # The card of a file shows no text: it stays when one of its rows is deleted.
    assert doomed(db) == ({501} if (way, kind) == ("one result is deleted", "file") else {500, 501})
    with db.read() as session:
        assert session.scalar(select(func.count()).select_from(SentMessage)) == 0
        assert (session.get_one(Job, it.job_id).message_id == 500) is (500 not in doomed(db))


@pytest.mark.parametrize("kind", ["message", "file"])
@pytest.mark.parametrize("way", WAYS)
def test_what_was_sent_before_goes_too_and_nothing_else(db: Database, way: str, kind: str) -> None:
    it, other = scored(db, kind), get_result(db, steps.ME, done_review(db, where=origin(OTHER, shared=True)))
    set_card_message(db, it.job_id, CHANNEL, 500, shared=True)
    set_card_message(db, other.job_id, CHANNEL, 600, shared=True)
    remember_sent(db, CHANNEL, 501, *quoted(it))
    remember_sent(db, CHANNEL, 502, About(OWNER, it.job_id, shared=True))  # a file is done: no text of it
    remember_sent(db, CHANNEL, 601, *quoted(other))
    WAYS[way](db, it)
    stays = {500, 502} if (way, kind) == ("one result is deleted", "file") else set()
    assert doomed(db) == {500, 501, 502} - stays


def test_a_card_is_deleted_that_is_sent_while_the_rows_of_its_file_go(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    it, real = scored(db, "file"), deleted_sources.empty_rows

    def sends(*arguments: object) -> object:
        set_card_message(db, it.job_id, CHANNEL, 500, shared=True)
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(deleted_sources, "empty_rows", sends)
    delete_sources(db, [SOURCE])
    assert doomed(db) == {500}


def test_a_private_report_quotes_what_was_taken_down_before(db: Database) -> None:
    """Its owner sees it still: nothing was withdrawn from what they read."""
    it = scored(db, "message")
    take_down(db, MANAGER, job_id=it.job_id)
    it = get_result(db, steps.ME, it.id)
    assert not it.shared
    remember_sent(db, CHANNEL, 501, *quoted(it))
    assert doomed(db) == set()


def test_a_report_may_have_extremes_that_have_no_words_any_more(db: Database) -> None:
    """Retention took words and owner; the score is shown still, and nothing in the report is to go."""
    scored(db, "file")
    purge(db, older_than_days=90, at=datetime.now(UTC) + timedelta(days=91))
    report = summary(db, steps.MEMBER, ReportFilter())
    assert report.most_positive
    assert {(one.owner_id, one.text) for one in report.most_positive} == {(NOBODY, None)}
