"""Scoring ahead: verdicts of a file that is being read, under the hashes of its texts alone."""

from __future__ import annotations

from sqlalchemy import select

from db import queue
from db.engine import Database
from db.privacy.erase import erase_user
from db.queue import claim, finish_ingest, ingest_rows, load_reviews
from db.queue.ahead import keep_ahead, rows_ahead
from db.queue.ingest import _in_turn
from db.tables import KnownVerdict, Review
from db.types import Score
from tests.db.steps import ME, chunks, commit, must, new_reviews, predictions, uploaded, verdict


def new_of(db: Database, job_id: int, first: int, last: int) -> dict[int, Score]:
    return {row.text_hash: verdict(row) for row in rows_ahead(db, job_id, first, last) if row.text_hash is not None}


def known(db: Database) -> set[int]:
    with db.read() as session:
        return set(session.scalars(select(KnownVerdict.text_hash)))


def test_rows_are_there_while_the_file_is_read_and_their_chunks_find_the_verdicts(db: Database) -> None:
    accepted, held = uploaded(db)
    assert ingest_rows(db, held, new_reviews(5), [])
    assert [row.row_number for row in rows_ahead(db, accepted.job_id, 2, 4)] == [2, 3, 4]
    new = new_of(db, accepted.job_id, 2, 4)
    assert keep_ahead(db, accepted.job_id, new, model="m1")
    assert known(db) == set(new)
    assert predictions(db, accepted.job_id) == 0
    assert finish_ingest(db, held, chunk_rows=5, rows_total=5, columns={"text": "text"}, ahead_to=4)
    assert rows_ahead(db, accepted.job_id, 2, 4) == []
    assert keep_ahead(db, accepted.job_id, new, model="m1"), "its chunks still look for them"
    score = must(claim(db, chunks(db, accepted.job_id, "pending")[0]))
    rows = load_reviews(db, score)
    assert set(queue.lookup(db, rows, model="m1")) == set(new)
    assert queue.lookup(db, rows, model="m2") == {}
    assert commit(db, score)


def test_what_was_deleted_or_ended_meanwhile_leaves_no_verdict(db: Database) -> None:
    accepted, held = uploaded(db)
    assert ingest_rows(db, held, new_reviews(3), [])
    new = new_of(db, accepted.job_id, 1, 3)
    with db.begin() as session:
        gone = session.scalars(select(Review).where(Review.job_id == accepted.job_id, Review.row_number == 2)).one()
        lost = gone.text_hash
        gone.text = gone.text_hash = None
    assert keep_ahead(db, accepted.job_id, new, model="m1")
    assert known(db) == set(new) - {lost}
    queue.cancel(db, ME, accepted.job_id)
    assert not keep_ahead(db, accepted.job_id, new, model="m1")
    erase_user(db, ME)
    assert known(db) == set(), "a verdict outlives its text"


def test_chunks_that_were_offered_come_after_the_others_and_the_small_ones_last() -> None:
    ranges = [(1, 4, 4), (5, 8, 4), (9, 12, 4), (13, 16, 4), (17, 18, 2), (19, 20, 2)]
    assert _in_turn(ranges, 4, 0) == ranges
    assert _in_turn(ranges, 4, 9) == [*ranges[2:4], *ranges[:2], *ranges[4:]]
    assert _in_turn(ranges, 4, 20) == ranges
    assert _in_turn([], 4, 20) == []
