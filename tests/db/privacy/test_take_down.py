"""Taking down what was shared in a server: gone for all others, with its message; its owner keeps it."""

from __future__ import annotations

import pytest

from db.audit import server_lines
from db.delivery.cards import set_card_message
from db.delivery.message_deletions import due_deletions
from db.engine import Database
from db.errors import NotFound
from db.privacy import take_down as taking
from db.privacy.take_down import take_down
from db.queries.jobs import changed_jobs, get_job
from db.queries.results import get_result
from db.queries.search import search
from db.types import SearchFilter, Viewer
from tests.db.steps import CHANNEL, ELSEWHERE, GUILD, ME, MEMBER, done_file, done_review, drain, file_job, origin

MANAGER = Viewer(3, GUILD)
"""Somebody who may manage the server and does not even see the channel."""


@pytest.mark.parametrize("by_result", [False, True])
def test_what_is_taken_down_is_its_owners_alone(db: Database, by_result: bool) -> None:
    result = done_review(db, where=origin(shared=True))
    job = get_result(db, ME, result).job_id
    set_card_message(db, job, CHANNEL, 777)
    assert get_result(db, MEMBER, result).id == result
    taken = take_down(db, MANAGER, result_id=result) if by_result else take_down(db, MANAGER, job_id=job)
    assert taken == job
    for way in (lambda: get_result(db, MEMBER, result), lambda: get_job(db, MEMBER, job)):
        with pytest.raises(NotFound):
            way()
    assert search(db, MEMBER, SearchFilter()).items == []
    assert get_result(db, ME, result).text == "a fine film"
    assert [(one.channel_id, one.message_id) for one in due_deletions(db)] == [(CHANNEL, 777)]
    (line,) = server_lines(db, MANAGER)
    assert (line.actor_id, line.action, line.new) == (MANAGER.user_id, "taken_down", str(job))
    with pytest.raises(NotFound):
        take_down(db, MANAGER, job_id=job)


def test_a_file_in_work_goes_on_for_its_owner_and_is_shown_to_nobody(db: Database) -> None:
    job = file_job(db, 6, where=origin(shared=True))
    take_down(db, MANAGER, job_id=job)
    drain(db)
    assert get_job(db, ME, job).state == "done"
    assert changed_jobs(db) == []
    assert len(search(db, ME, SearchFilter(job_id=job)).items) == 6
    assert search(db, MEMBER, SearchFilter()).items == []


def test_only_what_is_shared_in_the_server_can_be_taken_down(db: Database) -> None:
    private, there = done_file(db, 2), done_file(db, 2, where=origin(guild=ELSEWHERE, shared=True))
    shared = done_file(db, 2, where=origin(shared=True))
    for viewer, job in (
        (MANAGER, private),
        (MANAGER, there),
        (MANAGER, 999),
        (Viewer(3), shared),
        (Viewer(3), private),
    ):
        with pytest.raises(NotFound):
            take_down(db, viewer, job_id=job)
    assert get_job(db, ME, private).id == private


def test_the_card_under_a_message_that_asked_in_a_channel_can_be_taken_down(db: Database) -> None:
    result = done_review(db)
    job = get_result(db, ME, result).job_id
    set_card_message(db, job, CHANNEL, 778)
    assert take_down(db, MANAGER, result_id=result) == job
    assert [one.message_id for one in due_deletions(db)] == [778]
    assert get_result(db, ME, result).text == "a fine film"


def test_one_that_broke_off_is_finished_when_it_is_said_again(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    job = done_file(db, 3, where=origin(shared=True))
    with monkeypatch.context() as broken:
        broken.setattr(taking, "row_ranges", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            take_down(db, MANAGER, job_id=job)
    assert len(search(db, MEMBER, SearchFilter()).items) == 3  # the verdicts are not done yet
    assert take_down(db, MANAGER, job_id=job) == job
    assert search(db, MEMBER, SearchFilter()).items == []
    assert len(server_lines(db, MANAGER)) == 1
    with pytest.raises(NotFound):
        take_down(db, MANAGER, job_id=job)


def test_it_works_while_only_what_frees_space_may_write(sqlite_db: Database) -> None:
    result = done_review(sqlite_db, where=origin(shared=True))
    assert sqlite_db.reserve is not None
    sqlite_db.reserve.path.touch()
    assert sqlite_db.reserve.released
    take_down(sqlite_db, MANAGER, result_id=result)
    with pytest.raises(NotFound):
        get_result(sqlite_db, MEMBER, result)
