"""Message deletions: they wait until the bot has done them, and are given up after a while."""

from __future__ import annotations

from sqlalchemy import update

from db.clock import db_time
from db.delivery.message_deletions import MAX_TRIES, due_deletions, finish_deletion, retry_later
from db.engine import Database
from db.privacy.erase import erase_user
from db.tables import MessageDeletion
from tests.db.privacy.user_data import ME, fill


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
