"""A retry goes on where a cancelled or failed job stopped; nothing is stored twice and nothing is lost."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select, update

from db.clock import db_time
from db.delivery.cards import mark_delivered
from db.delivery.notices import undelivered
from db.engine import Database
from db.errors import NoLongerKept, NotFound, NothingToRetry, QuotaExceeded
from db.privacy.retention import purge
from db.queries.jobs import changed_jobs, get_job
from db.queries.summaries import roll_up_due
from db.queue import (
    ask_column,
    cancel,
    choose_column,
    claim,
    fail_job,
    finish_ingest,
    ingest_rows,
    release_failed,
    retry,
    sweep,
)
from db.queue.accept import accept_review, accept_upload
from db.queue.quotas import Quotas
from db.tables import Job, Prediction, report_days
from tests.db.steps import (
    ME,
    MEMBER,
    age,
    check_invariants,
    chunks,
    commit,
    done_file,
    drain,
    file_job,
    must,
    new_reviews,
    origin,
    predictions,
    state,
    uploaded,
    work,
)


def half_done(db: Database) -> int:
    """A job of four chunks with two done, cancelled."""
    job_id = file_job(db, 8)
    for ring in sweep(db, slots=1)[:2]:
        assert work(db, ring.chunk_id)
    cancel(db, ME, job_id)
    return job_id


def stored(db: Database, job_id: int) -> list[tuple[int, object]]:
    with db.read() as session:
        rows = session.execute(select(Prediction.review_id, Prediction.created_at).where(Prediction.job_id == job_id))
        return sorted(map(tuple, rows))


def test_a_cancelled_job_keeps_what_was_done_and_does_only_the_rest(db: Database) -> None:
    job_id = half_done(db)
    kept = stored(db, job_id)
    assert len(kept) == 4
    assert retry(db, ME, job_id) == []
    assert state(db, job_id) == "active"
    check_invariants(db)
    drain(db)
    assert state(db, job_id) == "done"
    assert set(kept) < set(stored(db, job_id)), "the first verdicts are the very same rows"
    assert predictions(db, job_id) == 8
    check_invariants(db)


def test_who_still_works_on_it_stores_nothing_after_cancel_and_retry(db: Database) -> None:
    job_id = file_job(db, 4)
    late = must(claim(db, sweep(db, slots=1)[0].chunk_id))
    cancel(db, ME, job_id)
    retry(db, ME, job_id)
    assert not commit(db, late)
    again = must(claim(db, late.chunk_id))
    assert not commit(db, late)
    assert commit(db, again)
    drain(db)
    assert predictions(db, job_id) == 4
    check_invariants(db)


def test_reading_goes_on_with_the_rows_that_are_there(db: Database) -> None:
    accepted, held = uploaded(db)
    assert ingest_rows(db, held, new_reviews(3), [])
    cancel(db, ME, accepted.job_id)
    retry(db, ME, accepted.job_id)
    assert state(db, accepted.job_id) == "ingesting"
    held = must(claim(db, sweep(db, slots=1)[0].chunk_id))
    assert ingest_rows(db, held, new_reviews(5), [])
    assert finish_ingest(db, held, chunk_rows=2, rows_total=5, columns={"text": "text"})
    drain(db)
    assert predictions(db, accepted.job_id) == 5
    check_invariants(db)


def test_the_question_for_the_column_is_asked_again(db: Database) -> None:
    accepted, held = uploaded(db)
    assert ask_column(db, held, ["a", "b"])
    cancel(db, ME, accepted.job_id)
    retry(db, ME, accepted.job_id)
    job = get_job(db, ME, accepted.job_id)
    assert (job.state, job.columns) == ("needs_column", ("a", "b"))
    choose_column(db, ME, accepted.job_id, "a")
    assert state(db, accepted.job_id) == "ingesting"


def gives_up(db: Database, kind: str) -> int:
    """A job whose reading or writing failed three times."""
    if kind == "ingest":
        accepted, held = uploaded(db)
        job_id = accepted.job_id
    else:
        job_id = file_job(db, 2)
        work(db, sweep(db, slots=1)[0].chunk_id)
        held = must(claim(db, sweep(db, slots=1)[0].chunk_id))
    for attempt in range(3):
        release_failed(db, held, code="OSError")
        if attempt < 2:
            held = must(claim(db, held.chunk_id))
    assert state(db, job_id) == "failed"
    return job_id


@pytest.mark.parametrize(("kind", "goes_on"), [("ingest", "ingesting"), ("finish", "finishing")])
def test_a_failed_job_goes_on_where_it_gave_up(db: Database, kind: str, goes_on: str) -> None:
    job_id = gives_up(db, kind)
    (owed,) = undelivered(db)
    mark_delivered(db, job_id)
    retry(db, ME, job_id)
    job = get_job(db, ME, job_id)
    assert (job.state, job.error_values, job.error_code, job.delivered_at, job.finished_at) == (
        goes_on,
        None,
        None,
        None,
        None,
    )
    assert [one.id for one in changed_jobs(db)] == [job_id]
    if kind == "finish":
        drain(db)
        assert state(db, job_id) == "done"
        assert [notice.kind for notice in undelivered(db)] == ["done"]
    else:
        held = must(claim(db, sweep(db, slots=1)[0].chunk_id))
        assert fail_job(db, held, "empty_file", {})
        assert [notice.kind for notice in undelivered(db)] == ["failed"], "it is told again"
    assert owed.kind == "failed"
    check_invariants(db)


def test_a_message_is_scored_again(db: Database) -> None:
    accepted = accept_review(db, origin(), "good")
    held = must(claim(db, accepted.chunk_id))
    for attempt in range(3):
        release_failed(db, held, code="ValueError")
        if attempt < 2:
            held = must(claim(db, held.chunk_id))
    assert state(db, accepted.job_id) == "failed"
    (ring,) = retry(db, ME, accepted.job_id)
    assert (ring.chunk_id, ring.queue) == (accepted.chunk_id, "interactive")
    assert work(db, ring.chunk_id)
    assert state(db, accepted.job_id) == "done"
    check_invariants(db)


def test_what_cannot_be_retried(db: Database) -> None:
    job_id = file_job(db, 2)
    with pytest.raises(NothingToRetry, match="has not ended yet"):
        retry(db, ME, job_id)
    drain(db)
    with pytest.raises(NothingToRetry, match="is finished"):
        retry(db, ME, job_id)
    with pytest.raises(NotFound):
        retry(db, ME, 999)
    shared = file_job(db, 2, where=origin(shared=True))
    cancel(db, ME, shared)
    with pytest.raises(NotFound):
        retry(db, MEMBER, shared)
    for _ in range(2):
        file_job(db, 2)
    with pytest.raises(QuotaExceeded):
        retry(db, ME, shared, quotas=Quotas(user_jobs=2))
    assert state(db, shared) == "cancelled"


def test_a_file_that_is_gone(db: Database) -> None:
    job_id = half_done(db)
    with db.begin() as session:
        session.execute(update(Job).values(finished_at=db_time(-2 * 24 * 3600.0)))
    purge(db, older_than_days=90)
    with pytest.raises(NoLongerKept, match="send the file again"):
        retry(db, ME, job_id)
    assert predictions(db, job_id) == 4


def test_a_retried_job_is_summed_up_anew(db: Database) -> None:
    job_id = half_done(db)
    roll_up_due(db)
    retry(db, ME, job_id)
    drain(db)
    roll_up_due(db)
    with db.read() as session:
        assert session.scalar(select(func.sum(report_days.c.total)).where(report_days.c.job_id == job_id)) == 8


def test_the_pause_is_no_time_worked(db: Database) -> None:
    job_id = half_done(db)
    with db.begin() as session:
        job = session.get_one(Job, job_id)
        assert job.started_at is not None
        assert job.finished_at is not None
        worked = job.finished_at - job.started_at
    age(db, "created_at", 1, chunks(db, job_id))
    retry(db, ME, job_id)
    job = get_job(db, ME, job_id)
    with db.read() as session:
        now = session.scalar(select(db_time()))
    assert now is not None
    assert job.started_at is not None
    assert abs((now - job.started_at - worked).total_seconds()) < 1


@pytest.mark.slow  # seconds of a processor
def test_eight_cancels_and_retries_in_a_row(sqlite_db: Database) -> None:
    db = sqlite_db
    job_id = file_job(db, 8, chunk_rows=1)
    for _ in range(8):
        rings = sweep(db, slots=1)
        work(db, rings[0].chunk_id)
        cancel(db, ME, job_id)
        with pytest.raises(NothingToRetry):
            retry(db, ME, done_file(db, 1))
        retry(db, ME, job_id)
        check_invariants(db)
    drain(db)
    assert predictions(db, job_id) == 8
    check_invariants(db)


def test_uploads_are_counted_with_what_is_retried(db: Database) -> None:
    job_id = half_done(db)
    retry(db, ME, job_id)
    with pytest.raises(QuotaExceeded):
        accept_upload(db, origin(), filename="a.csv", parts=[b"x"], quotas=Quotas(user_jobs=1))
