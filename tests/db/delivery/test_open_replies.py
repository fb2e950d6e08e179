"""Open replies: those that nobody is going to finish, without those that became a job."""

from __future__ import annotations

from db.delivery.open_replies import delete_replies, record_replies, unfinished_replies
from db.engine import Database
from db.queue.accept import accept_review
from db.types import Origin


def test_what_became_a_job_or_was_answered_is_not_open(db: Database) -> None:
    record_replies(db, [(number, f"token{number}", "de" if number == 1 else "") for number in (1, 2, 3)])
    record_replies(db, [(1, "again", "fr")])
    delete_replies(db, [2])
    accept_review(db, Origin(1, 5, 7, "interaction", 3), "good")
    accept_review(db, Origin(1, 5, 7, "message", 1), "of another kind with the same number")
    assert unfinished_replies(db) == {1: ("token1", "de")}
    record_replies(db, [(4, "token4", "")])
    assert unfinished_replies(db) == {1: ("token1", "de"), 4: ("token4", None)}
