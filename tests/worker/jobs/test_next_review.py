"""A wake-up says that a review waits; which one is the database's answer, and no wake-up is wasted."""

from __future__ import annotations

from db.engine import Database
from db.queue import claim, next_interactive
from db.queue.accept import accept_review
from tests.db.steps import OTHER, OWNER, commit, must, origin
from worker.jobs.next_review import process_next_review


def test_the_slower_of_two_workers_takes_the_next(db: Database) -> None:
    """While the first message is looked at, another worker claims what it points to."""
    first = accept_review(db, origin(OWNER), "good").chunk_id
    second = accept_review(db, origin(OTHER), "good").chunk_id
    done: list[int] = []

    def process(chunk: int) -> bool:
        if not done and chunk == first:
            must(claim(db, first))  # the other one was faster
            done.append(0)
            return False
        done.append(chunk)
        return commit(db, must(claim(db, chunk)))

    assert process_next_review(db, process)
    assert done == [0, second]
    assert next_interactive(db) is None
    assert not process_next_review(db, process)


def test_what_fails_is_not_tried_again_by_the_same_message(db: Database) -> None:
    accept_review(db, origin(), "good")
    tries: list[int] = []

    def process(chunk: int) -> bool:
        tries.append(chunk)
        return False

    assert not process_next_review(db, process)
    assert len(tries) == 1
