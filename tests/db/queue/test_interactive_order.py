"""Whose single review is next: the one for whom workers have worked least."""

from __future__ import annotations

from sqlalchemy import update

from db.clock import db_time
from db.engine import Database
from db.queue import claim, next_interactive
from db.queue.accept import accept_review
from db.queue.leases import MAX_TRIES
from db.tables import Chunk, Job
from tests.db.steps import OTHER, OWNER, commit, must, origin


def accepted(db: Database, owner: int) -> int:
    return accept_review(db, origin(owner), "good").chunk_id


def work_for(db: Database, seconds: float) -> int:
    """Scores the one whose turn it is, which took so long; its owner."""
    chunk = next_interactive(db)
    assert chunk is not None
    held = must(claim(db, chunk))
    assert commit(db, held)
    with db.begin() as session:
        began = {"started_at": db_time(-seconds)}
        session.execute(update(Job).where(Job.id == held.job_id).values(**began))
        return session.get_one(Job, held.job_id).owner_id


def test_a_short_review_passes_fifteen_long_ones_of_somebody_else(db: Database) -> None:
    for _ in range(15):
        accepted(db, OWNER)
    assert work_for(db, 2.0) == OWNER
    accepted(db, OTHER)
    assert work_for(db, 0.1) == OTHER
    assert work_for(db, 2.0) == OWNER


def test_time_is_shared_and_not_reviews(db: Database) -> None:
    for _ in range(8):
        accepted(db, OWNER)
    for _ in range(12):
        accepted(db, OTHER)
    first = [work_for(db, {OWNER: 4.0, OTHER: 1.0}[OWNER])]
    served = first + [work_for(db, 1.0) for _ in range(5)]
    assert served[0] == OWNER
    assert served[1:5] == [OTHER] * 4


def test_what_is_at_work_counts(db: Database) -> None:
    held = must(claim(db, accepted(db, OWNER)))
    with db.begin() as session:
        session.execute(update(Job).where(Job.id == held.job_id).values(started_at=db_time(-3)))
    mine, theirs = accepted(db, OWNER), accepted(db, OTHER)
    assert next_interactive(db) == theirs
    assert mine < theirs


def test_alone_the_oldest_first_and_nothing_when_none_waits(db: Database) -> None:
    assert next_interactive(db) is None
    first, second = accepted(db, OWNER), accepted(db, OWNER)
    assert next_interactive(db) == first
    must(claim(db, first))
    assert next_interactive(db) == second
    with db.begin() as session:
        session.execute(update(Chunk).where(Chunk.id == second).values(tries=MAX_TRIES))
    assert next_interactive(db) is None
