"""Somebody deletes their message in the chat: what was scored of it goes with its card, and nothing else does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from db.delivery.cards import set_card_message
from db.delivery.message_deletions import About, due_deletions, remember_sent
from db.engine import Database
from db.errors import NoLongerKept
from db.privacy import erase
from db.privacy.deleted_sources import delete_sources
from db.privacy.erase import erase_user, is_requested
from db.privacy.purge import NOBODY
from db.privacy.retention import purge
from db.queries.results import get_result
from db.queue import claim, load_reviews, retry
from db.queue.accept import accept_review
from db.tables import Blob, Job, Prediction, Review
from db.types import Viewer
from tests.db.steps import (
    ME,
    OTHER,
    OWNER,
    check_invariants,
    commit,
    done_file,
    done_review,
    file_job,
    must,
    origin,
    state,
)

MESSAGE = 4_242


def texts(db: Database) -> int:
    with db.read() as session:
        return session.scalar(select(func.count(Review.text))) or 0


def doomed(db: Database) -> set[int]:
    return {one.message_id for one in due_deletions(db)}


def test_the_text_and_the_card_go_and_the_score_stays(db: Database) -> None:
    result = done_review(db, "deleted soon", origin(event=MESSAGE, reply_to=MESSAGE))
    kept = done_review(db, "another", origin(event=MESSAGE + 1, reply_to=MESSAGE + 1))
    set_card_message(db, get_result(db, ME, result).job_id, 5, 100)
    assert delete_sources(db, [MESSAGE, 9]) == 1
    assert (get_result(db, ME, result).text, get_result(db, ME, result).label) == (None, "positive")
    assert get_result(db, ME, kept).text == "another"
    assert doomed(db) == {100}
    assert delete_sources(db, [MESSAGE]) == 0
    check_invariants(db)


def test_what_stays_of_a_deleted_message_is_nobodys_after_the_retention_time(db: Database) -> None:
    job_id = get_result(db, ME, done_review(db, "soon", origin(event=MESSAGE, reply_to=MESSAGE))).job_id
    delete_sources(db, [MESSAGE])
    purge(db, older_than_days=90, at=datetime.now(UTC) + timedelta(days=91))
    with db.read() as session:
        job = session.get_one(Job, job_id)
        assert (job.owner_id, job.reply_to, job.channel_id, job.source_id) == (NOBODY, None, None, -job_id)
        assert session.scalars(select(Prediction.owner_id)).all() == [NOBODY]
    check_invariants(db)


def test_what_somebody_else_had_scored_of_it_goes_too(db: Database) -> None:
    result = done_review(db, "quoted", origin(OTHER, None, event=1, reply_to=MESSAGE))
    assert delete_sources(db, [MESSAGE]) == 1
    assert get_result(db, Viewer(OTHER), result).text is None


def test_an_unfinished_one_is_cancelled_and_never_scored(db: Database) -> None:
    accepted = accept_review(db, origin(event=MESSAGE, reply_to=MESSAGE), "half way")
    held = must(claim(db, accepted.chunk_id))
    assert [row.text for row in load_reviews(db, held)] == ["half way"]
    delete_sources(db, [MESSAGE])
    assert not commit(db, held)
    assert state(db, accepted.job_id) == "cancelled"
    with pytest.raises(NoLongerKept):
        retry(db, ME, accepted.job_id)
    check_invariants(db)


def test_a_file_goes_with_its_rows(db: Database) -> None:
    for make in (done_file, file_job):
        make(db, 3, where=origin(reply_to=MESSAGE))
    assert delete_sources(db, [MESSAGE]) == 2
    assert texts(db) == 0
    with db.read() as session:
        assert session.scalar(select(func.count()).select_from(Blob)) == 0
        assert session.scalar(select(func.sum(Job.stored_bytes))) == 0
    check_invariants(db)


def test_whatever_was_sent_about_it_goes(db: Database) -> None:
    """An error that names a file, a question about it: no job is there to lead to them."""
    remember_sent(db, 5, 200, About(OWNER, source_id=MESSAGE))
    remember_sent(db, 5, 201, About(OWNER, source_id=MESSAGE + 1))
    assert delete_sources(db, [MESSAGE]) == 0
    assert doomed(db) == {200}
    erase_user(db, ME)
    assert doomed(db) == {200, 201}


def test_a_report_goes_when_one_of_those_it_quotes_is_erased(db: Database) -> None:
    job_id = get_result(db, ME, done_review(db)).job_id
    remember_sent(db, 5, 300, About(OWNER, job_id), About(OTHER))
    remember_sent(db, 5, 301, About(OTHER))
    erase_user(db, ME)
    assert doomed(db) == {300}
    erase_user(db, Viewer(OTHER))
    assert doomed(db) == {300, 301}


def test_a_card_that_is_sent_while_its_owner_is_erased_goes(db: Database) -> None:
    job_id = get_result(db, ME, done_review(db)).job_id
    erase_user(db, ME)
    set_card_message(db, job_id, 5, 400)
    remember_sent(db, 5, 401, About(OWNER, job_id))
    assert doomed(db) == {400, 401}
    with db.read() as session:
        assert session.get_one(Job, job_id).message_id is None


def test_a_deletion_that_broke_off_is_known_to_be_asked_for(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    done_review(db)
    assert not is_requested(db, ME)
    with monkeypatch.context() as broken:
        broken.setattr(erase, "_disown", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            erase_user(db, ME)
    assert is_requested(db, ME)
    erase_user(db, ME)
    assert not is_requested(db, ME)
