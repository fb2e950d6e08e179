"""Leases: one holder at a time, for 30 seconds, and no longer than ten minutes ahead."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from db.clock import db_time
from db.engine import Database
from db.queries.jobs import get_job
from db.queue import claim, extend
from db.queue.accept import accept_review
from db.tables import Chunk
from tests.db.steps import ME, age, must, origin


def left_s(db: Database, chunk_id: int) -> float:
    with db.read() as session:
        until, now = session.execute(select(Chunk.lease_until, db_time()).where(Chunk.id == chunk_id)).one()
    assert until is not None
    return (until - now).total_seconds()


def test_a_lease_lasts_thirty_seconds_from_the_last_sign_of_life(db: Database) -> None:
    chunk = accept_review(db, origin(), "good").chunk_id
    held = must(claim(db, chunk))
    assert left_s(db, chunk) == pytest.approx(30, abs=5)
    assert claim(db, chunk) is None
    age(db, "lease_until", -3, [chunk])
    assert extend(db, held)
    assert left_s(db, chunk) == pytest.approx(30, abs=5)
    assert extend(db, held, lease_s=90)
    assert left_s(db, chunk) == pytest.approx(90, abs=5)


@pytest.mark.parametrize(("ahead_s", "held"), [(590, True), (610, False)])
def test_a_lease_that_ends_too_far_ahead_is_none(db: Database, ahead_s: float, held: bool) -> None:
    chunk = accept_review(db, origin(), "good").chunk_id
    must(claim(db, chunk))
    age(db, "lease_until", -ahead_s, [chunk])
    assert (claim(db, chunk) is None) == held


def test_a_third_attempt_is_the_last(db: Database) -> None:
    accepted = accept_review(db, origin(), "good")
    assert [must(claim(db, accepted.chunk_id, lease_s=-1)).attempt for _ in range(3)] == [1, 2, 3]
    assert claim(db, accepted.chunk_id) is None


def test_the_first_claim_starts_the_job_and_the_next_changes_nothing(db: Database) -> None:
    accepted = accept_review(db, origin(), "good")
    assert get_job(db, ME, accepted.job_id).started_at is None
    must(claim(db, accepted.chunk_id, lease_s=-1))
    first = get_job(db, ME, accepted.job_id)
    assert first.started_at is not None
    must(claim(db, accepted.chunk_id))
    again = get_job(db, ME, accepted.job_id)
    assert (again.started_at, again.version) == (first.started_at, first.version)
