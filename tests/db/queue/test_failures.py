"""Failed attempts: three tries, then halves, then the one row alone."""

from __future__ import annotations

import pytest

from db.delivery.notices import undelivered
from db.engine import Database
from db.queries.jobs import get_job
from db.queue import (
    claim,
    holds,
    iter_rejected,
    iter_scored,
    leases,
    load_reviews,
    release_failed,
    sweep,
    try_again_later,
)
from db.queue.accept import accept_review
from db.queue.job_counts import NOT_SCORED
from db.types import Claim
from tests.db.steps import (
    ME,
    age,
    check_invariants,
    chunks,
    commit,
    drain,
    file_job,
    must,
    origin,
    predictions,
    state,
    uploaded,
)


@pytest.mark.parametrize("kind", ["ingest", "finish"])
def test_reading_or_writing_that_fails_three_times_fails_the_job(db: Database, kind: str) -> None:
    if kind == "ingest":
        accepted, held = uploaded(db)
        job_id = accepted.job_id
    else:
        job_id = file_job(db, 2)
        for ring in sweep(db, slots=1):
            commit(db, must(claim(db, ring.chunk_id)))
        held = must(claim(db, sweep(db, slots=1)[0].chunk_id))
    for _ in range(2):
        release_failed(db, held, code="OSError")
        assert sweep(db, slots=1) != []
        held = must(claim(db, held.chunk_id))
    release_failed(db, held, code="OSError")
    job = get_job(db, ME, job_id)
    assert (job.state, job.error_code, job.error_values) == ("failed", f"gave_up_{kind}", {"cause": "OSError"})
    assert job.error is None
    assert job.retryable
    assert [notice.kind for notice in undelivered(db)] == ["failed"]
    assert sweep(db, slots=1) == []
    check_invariants(db)


def attempt(db: Database, held: Claim, poison: int, *, dies: bool) -> None:
    """A worker that dies, or whose scorer raises, on one row."""
    if poison not in [row.row_number for row in load_reviews(db, held)]:
        assert commit(db, held)
    elif dies:
        age(db, "lease_until", 1, [held.chunk_id])
    else:
        release_failed(db, held, code="ValueError")


@pytest.mark.parametrize(
    ("cause", "code"),
    [("reader_died", "gave_up_died"), ("reader_stuck", "gave_up_stuck"), ("no_room", "gave_up_no_room")],
)
def test_a_reader_that_failed_three_times_is_told_by_its_cause(db: Database, cause: str, code: str) -> None:
    accepted, held = uploaded(db)
    for _ in range(2):
        release_failed(db, held, code=cause)
        sweep(db, slots=1)
        held = must(claim(db, held.chunk_id))
    release_failed(db, held, code=cause)
    job = get_job(db, ME, accepted.job_id)
    assert (job.state, job.error_code, job.retryable) == ("failed", code, True)


def test_a_later_attempt_counts_and_waits_for_its_time(db: Database) -> None:
    accepted, held = uploaded(db)
    for attempt in range(3):
        assert get_job(db, ME, accepted.job_id).state == "ingesting"
        try_again_later(db, held, code="no_room", wait_s=30)
        assert claim(db, held.chunk_id) is None
        if attempt < 2:
            age(db, "lease_until", 31, [held.chunk_id])
            held = must(claim(db, held.chunk_id))
    job = get_job(db, ME, accepted.job_id)
    assert (job.state, job.error_code) == ("failed", "gave_up_no_room")
    check_invariants(db)


def test_a_lost_claim_gives_nothing_back_later(db: Database) -> None:
    _, held = uploaded(db)
    age(db, "lease_until", 31, [held.chunk_id])
    again = must(claim(db, held.chunk_id))
    try_again_later(db, held, code="no_room", wait_s=30)
    assert holds(db, again)
    assert not holds(db, held)


@pytest.mark.parametrize("dies", [False, True])
def test_a_poison_row_is_found_by_halving_and_the_job_finishes(db: Database, dies: bool) -> None:
    job_id = file_job(db, 16, chunk_rows=8)
    for _ in range(200):
        rings = sweep(db, slots=2)
        scores = [ring for ring in rings if ring.kind == "score"]
        for ring in scores:
            if held := claim(db, ring.chunk_id):
                attempt(db, held, 11, dies=dies)
        if not scores and not chunks(db, job_id, "running"):
            break
    check_invariants(db)
    for chunk in chunks(db, job_id, "queued"):
        age(db, "rung_at", 100, [chunk])
    drain(db)
    job = get_job(db, ME, job_id)
    assert (job.state, job.rows_done, job.rows_failed) == ("done", 15, 1)
    assert list(iter_rejected(db, job_id)) == [(11, NOT_SCORED, "could not be scored")]
    assert 11 not in [row[0] for row in iter_scored(db, job_id)]
    check_invariants(db)


def test_a_chunk_that_took_too_long_is_halved_at_once(db: Database) -> None:
    job_id = file_job(db, 4, chunk_rows=4)
    taken: list[int] = []
    while found := [must(claim(db, ring.chunk_id)) for ring in sweep(db, slots=4)]:
        for held in found:
            rows = load_reviews(db, held)
            taken.append(len(rows))
            if len(rows) > 1:
                release_failed(db, held, code="SoftTimeLimitExceeded")
            else:
                assert commit(db, held)
        if state(db, job_id) != "active":
            break
    assert sorted(taken) == [1, 1, 1, 1, 2, 2, 4]
    check_invariants(db)


def test_a_row_that_takes_too_long_alone_is_tried_three_times(db: Database) -> None:
    job_id = file_job(db, 1, chunk_rows=1)
    for _ in range(leases.MAX_TRIES):
        (ring,) = sweep(db, slots=1)
        release_failed(db, must(claim(db, ring.chunk_id)), code="SoftTimeLimitExceeded")
    assert get_job(db, ME, job_id).rows_failed == 1


def test_a_chunk_that_was_halved_fences_who_still_holds_the_whole(db: Database) -> None:
    job_id = file_job(db, 4, chunk_rows=4)
    (chunk,) = chunks(db, job_id, "pending")
    for _ in range(leases.MAX_TRIES):
        zombie = must(claim(db, chunk, lease_s=-1))
        sweep(db, slots=1)
    assert claim(db, chunk)
    assert not commit(db, zombie)
    assert predictions(db, job_id) == 0


def test_a_message_that_cannot_be_scored_fails_with_a_sentence(db: Database) -> None:
    accepted = accept_review(db, origin(), "poison")
    for _ in range(leases.MAX_TRIES):
        release_failed(db, must(claim(db, accepted.chunk_id)), code="ValueError")
        sweep(db, slots=1)
    job = get_job(db, ME, accepted.job_id)
    assert (job.state, job.rows_failed, job.error_code) == ("failed", 1, "gave_up_review")
    assert job.error_values == {"cause": "ValueError"}
    assert not job.retryable
    assert claim(db, accepted.chunk_id) is None
    check_invariants(db)
