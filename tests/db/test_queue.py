"""The life of a job through the queue: message, file, column asked for, failing rows, dead workers."""

from __future__ import annotations

import itertools
from datetime import date

import pytest
from sqlalchemy import select

from db.blobs import PART_BYTES
from db.delivery.notices import undelivered
from db.engine import Database
from db.errors import (
    JobFinished,
    NoColumnWanted,
    NoSuchColumn,
    NotFound,
    NotYours,
    QuotaExceeded,
)
from db.queries.jobs import get_job, list_outputs, read_output
from db.queue import (
    ask_column,
    cancel,
    choose_column,
    claim,
    commit_scores,
    extend,
    fail_job,
    finish_ingest,
    ingest_rows,
    iter_rejected,
    iter_scored,
    leases,
    load_reviews,
    open_upload,
    read_blob,
    release_failed,
    sweep,
    write_blob,
)
from db.queue.accept import accept_review, accept_upload, find_same_file
from db.queue.job_counts import NOT_SCORED
from db.queue.quotas import Quotas
from db.tables import Blob, BlobPart, Chunk, Prediction, Review
from db.types import Claim, NewRejected, NewReview, Score, Viewer
from tests.db.steps import (
    GUILD,
    ME,
    OTHER,
    OWNER,
    age,
    all_ended,
    check_invariants,
    chunks,
    commit,
    drain,
    file_job,
    must,
    new_reviews,
    origin,
    predictions,
    state,
    uploaded,
    verdict,
)


def test_a_message_from_accept_to_verdict(db: Database) -> None:
    accepted = accept_review(db, origin(film=" Alien "), "a \x00 film with \ud800 in it")
    assert (accepted.kind, accepted.queue, accepted.duplicate) == ("score", "interactive", False)
    held = must(claim(db, accepted.chunk_id))
    assert (held.attempt, held.first_row, held.last_row) == (1, 1, 1)
    (row,) = load_reviews(db, held)
    assert (row.text, row.film, row.row_number) == ("a   film with � in it", "Alien", 1)
    told = [Score(row.review_id, "positive", 1.0, ("too_short", "truncated"), [(0, 3, 0.25)])]
    assert commit_scores(db, held, told, model="m1")
    job = get_job(db, ME, accepted.job_id)
    assert (job.state, job.rows_total, job.rows_done, job.n_positive, job.model) == ("done", 1, 1, 1, "m1")
    assert job.histogram[19] == 1
    assert job.started_at
    assert job.finished_at
    assert job.created_at <= job.started_at <= job.finished_at
    assert undelivered(db) == []  # the answer is the card itself
    check_invariants(db)


def test_an_event_is_accepted_once(db: Database) -> None:
    first = accept_review(db, origin(event=7), "good")
    again = accept_review(db, origin(event=7), "something else")
    assert again == type(first)(first.job_id, first.chunk_id, "score", "interactive", True)
    files = [accept_upload(db, origin(event=8), filename="a.csv", parts=[b"x"], part=part) for part in (0, 1, 0)]
    assert [file.duplicate for file in files] == [False, False, True]
    assert files[0].job_id == files[2].job_id != files[1].job_id
    assert accept_review(db, origin(), "next").job_id == files[1].job_id + 1  # a duplicate uses up no number
    with db.read() as session:
        assert len(session.scalars(select(Blob.id)).all()) == 2


def test_a_file_from_accept_to_outputs(db: Database) -> None:
    data = bytes(range(256)) * 10_000
    accepted = accept_upload(
        db,
        origin(),
        filename="r.csv",
        parts=(data[i : i + 70_001] for i in range(0, len(data), 70_001)),
        text_column="t",
    )
    assert (accepted.kind, accepted.queue) == ("ingest", "bulk")
    held = must(claim(db, accepted.chunk_id))
    upload = open_upload(db, held)
    assert (upload.filename, upload.size, upload.text_column) == ("r.csv", len(data), "t")
    parts = list(read_blob(db, upload.blob_id))
    assert b"".join(parts) == data
    assert {len(part) for part in parts[:-1]} == {PART_BYTES}
    rejected = [NewRejected(6, "empty", "the row has no text")]
    assert ingest_rows(db, held, new_reviews(5, film="Alien", day=date(2020, 2, 29)), rejected)
    assert state(db, accepted.job_id) == "ingesting"
    assert finish_ingest(db, held, chunk_rows=2, rows_total=6, columns={"text": "t"})
    assert get_job(db, ME, accepted.job_id).rows_total == 6
    assert len(chunks(db, accepted.job_id, "pending")) == 3
    drain(db)
    check_invariants(db)
    all_ended(db)
    job = get_job(db, ME, accepted.job_id)
    assert (job.state, job.rows_done, job.rows_rejected, job.title) == ("done", 5, 1, "r.csv")
    assert [row[0] for row in iter_scored(db, job.id)] == [1, 2, 3, 4, 5]
    assert list(iter_rejected(db, job.id)) == [(6, "empty", "the row has no text")]
    (output,) = list_outputs(db, ME, job.id)
    assert b"".join(read_output(db, ME, output.blob_id)) == b"text,label\n"
    assert [(notice.kind, notice.user_id) for notice in undelivered(db)] == [("done", OWNER)]
    assert find_same_file(db, ME, upload.sha256) == job.id
    assert find_same_file(db, Viewer(OTHER, GUILD), upload.sha256) is None
    with db.read() as session:
        days = session.scalars(select(Prediction.day).distinct()).all()
    assert days == [date(2020, 2, 29)]


def test_rows_stream_in_order_over_many_pages(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("db.queue.finish.PAGE_ROWS", 3)
    job_id = file_job(db, 10, rejected=[NewRejected(row, "empty", "no text") for row in range(11, 18)])
    drain(db)
    assert [row[0] for row in iter_scored(db, job_id)] == list(range(1, 11))
    assert next(iter_scored(db, job_id)) == (1, "negative", 0.05, ("too_short",), "m1")
    assert [row[0] for row in iter_rejected(db, job_id)] == list(range(11, 18))


def test_chunks_hold_only_accepted_rows(db: Database) -> None:
    rows = [NewReview(number, "good") for number in (2, 3, 5, 9, 10)]
    job_id = file_job(db, rows, rejected=[NewRejected(n, "empty", "no") for n in (1, 4, 6, 7, 8)], chunk_rows=2)
    with db.read() as session:
        cut = session.execute(select(Chunk.first_row, Chunk.last_row, Chunk.rows).where(Chunk.kind == "score")).all()
    assert [tuple(row) for row in cut] == [(2, 3, 2), (5, 9, 2), (10, 10, 1)]
    drain(db)
    assert predictions(db, job_id) == 5
    check_invariants(db)


def test_a_file_without_a_row_to_score_finishes(db: Database) -> None:
    job_id = file_job(db, 0, rejected=[NewRejected(1, "empty", "no text")])
    assert state(db, job_id) == "finishing"
    drain(db)
    assert state(db, job_id) == "done"
    check_invariants(db)


def test_the_end_of_a_file_comes_in_quarters_of_a_chunk(sqlite_url: str) -> None:
    db = Database(sqlite_url)
    job_id = file_job(db, 4_750, chunk_rows=800, rejected=[NewRejected(n, "empty", "no") for n in (5_000, 5_001)])
    with db.read() as session:
        cut = session.execute(
            select(Chunk.first_row, Chunk.last_row, Chunk.rows)
            .where(Chunk.job_id == job_id, Chunk.kind == "score")
            .order_by(Chunk.id)
        ).all()
    assert [rows for _, _, rows in cut] == [800] * 3 + [200] * 11 + [150]
    assert cut[0][0] == 1
    assert cut[-1][1] == 4_750
    assert all(before[1] < after[0] for before, after in itertools.pairwise(cut))
    db.dispose()


def test_ingest_killed_in_the_middle_goes_on_without_doubling(db: Database) -> None:
    accepted, first = uploaded(db)
    assert ingest_rows(db, first, new_reviews(3), [NewRejected(4, "empty", "no text")])
    age(db, "lease_until", 1, [first.chunk_id])
    assert [ring.chunk_id for ring in sweep(db, slots=1)] == [first.chunk_id]
    second = must(claim(db, first.chunk_id))
    assert ingest_rows(db, second, new_reviews(3), [NewRejected(4, "empty", "no text")])
    assert ingest_rows(db, second, [NewReview(5, "last")], [])
    assert finish_ingest(db, second, chunk_rows=10, rows_total=5, columns={})
    drain(db)
    job = get_job(db, ME, accepted.job_id)
    assert (job.state, job.rows_done, job.rows_rejected) == ("done", 4, 1)
    check_invariants(db)


def test_ingest_that_makes_progress_survives_any_number_of_kills(db: Database) -> None:
    accepted, held = uploaded(db)
    for row in range(1, 8):
        assert ingest_rows(db, held, [NewReview(row, "good")], [])
        age(db, "lease_until", 1, [held.chunk_id])
        sweep(db, slots=1)
        held = must(claim(db, held.chunk_id))
    assert finish_ingest(db, held, chunk_rows=10, rows_total=7, columns={})
    drain(db)
    assert state(db, accepted.job_id) == "done"


def test_ingest_rows_extends_the_lease(db: Database) -> None:
    _, held = uploaded(db)
    age(db, "lease_until", 1, [held.chunk_id])
    assert ingest_rows(db, held, [], [])
    assert claim(db, held.chunk_id) is None
    age(db, "lease_until", 1, [held.chunk_id])
    assert extend(db, held)
    assert claim(db, held.chunk_id) is None


def test_too_many_rows_at_once_are_refused(db: Database) -> None:
    _, held = uploaded(db)
    with pytest.raises(ValueError, match="at most 5000"):
        ingest_rows(db, held, new_reviews(5001), [])


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


def test_scores_must_be_one_for_each_review(db: Database) -> None:
    job_id = file_job(db, 2, chunk_rows=2)
    other = file_job(db, 2, chunk_rows=2)
    held = must(claim(db, chunks(db, job_id, "pending")[0]))
    foreign = must(claim(db, chunks(db, other, "pending")[0]))
    scores = [verdict(row) for row in load_reviews(db, held)]
    for wrong in (scores[:1], [scores[0]] * 2, []):
        with pytest.raises(ValueError, match="2 reviews"):
            commit_scores(db, held, wrong, model="m1")
    with pytest.raises(ValueError, match="not its own"):
        commit_scores(db, foreign, scores, model="m1")
    assert predictions(db, job_id) == predictions(db, other) == 0
    assert commit_scores(db, held, scores, model="m1")
    assert commit(db, foreign)
    check_invariants(db)


def test_the_owner_chooses_a_column(db: Database) -> None:
    accepted, held = uploaded(db, origin(shared=True))
    assert ask_column(db, held, ["a", "b"])
    assert get_job(db, ME, accepted.job_id).columns == ("a", "b")
    assert sweep(db, slots=1) == []
    with pytest.raises(NotFound):
        choose_column(db, Viewer(OTHER, 99), accepted.job_id, "a")
    with pytest.raises(NotYours):
        choose_column(db, Viewer(OTHER, GUILD), accepted.job_id, "a")
    with pytest.raises(NoSuchColumn, match="take one of 'a', 'b'"):
        choose_column(db, ME, accepted.job_id, "c")
    ring = choose_column(db, ME, accepted.job_id, "b")
    with pytest.raises(NoColumnWanted):
        choose_column(db, ME, accepted.job_id, "a")
    again = must(claim(db, ring.chunk_id))
    assert open_upload(db, again).text_column == "b"
    assert ingest_rows(db, again, new_reviews(2), [])
    assert finish_ingest(db, again, chunk_rows=2, rows_total=2, columns={})
    drain(db)
    assert state(db, accepted.job_id) == "done"
    with pytest.raises(JobFinished):
        choose_column(db, ME, accepted.job_id, "a")
    check_invariants(db)


def test_cancel_in_every_state(db: Database) -> None:
    asked, held = uploaded(db)
    ask_column(db, held, ["a"])
    reading, _ = uploaded(db)
    scoring = file_job(db, 4)
    finishing = file_job(db, 0)
    for job_id in (asked.job_id, reading.job_id, scoring, finishing):
        with pytest.raises(NotFound):
            cancel(db, Viewer(OTHER, GUILD), job_id)
        assert cancel(db, ME, job_id)
        with pytest.raises(JobFinished):
            cancel(db, ME, job_id)
        assert chunks(db, job_id, "pending", "queued", "running") == []
    with pytest.raises(NotFound):
        cancel(db, ME, 999)
    assert sweep(db, slots=5) == []
    assert undelivered(db) == []
    check_invariants(db)


def test_a_reader_that_gives_up_fails_the_job_with_code_and_values(db: Database) -> None:
    accepted, held = uploaded(db)
    values = {"column": "a\x00\ud800; it has b", "columns": {"names": ["\udfff"], "more": 3}}
    assert fail_job(db, held, "unknown_column", values)
    assert not fail_job(db, held, "again", {})
    job = get_job(db, ME, accepted.job_id)
    assert (job.state, job.error_code, job.error) == ("failed", "unknown_column", None)
    assert job.error_values == {"column": "a \ufffd; it has b", "columns": {"names": ["\ufffd"], "more": 3}}
    assert not job.retryable


def test_quota_counts_unfinished_files(db: Database) -> None:
    job_ids = [file_job(db, 2), file_job(db, 2)]
    with pytest.raises(QuotaExceeded, match="limit is 2") as caught:
        accept_upload(db, origin(), filename="a.csv", parts=[b"x"], quotas=Quotas(user_jobs=2))
    assert (caught.value.limit, caught.value.active) == (2, 2)
    accept_upload(db, origin(owner=OTHER), filename="a.csv", parts=[b"x"], quotas=Quotas(user_jobs=2))
    cancel(db, ME, job_ids[0])
    accept_upload(db, origin(), filename="a.csv", parts=[b"x"], quotas=Quotas(user_jobs=2))


def test_a_sender_that_breaks_off_leaves_nothing(db: Database) -> None:
    def broken() -> object:
        yield b"x" * 3_000_000
        raise ConnectionError("gone")

    with pytest.raises(ConnectionError):
        accept_upload(db, origin(), filename="a.csv", parts=broken())  # type: ignore[arg-type]
    with db.read() as session:
        assert session.scalar(select(BlobPart.blob_id)) is None
        assert session.scalar(select(Blob.id)) is None
    with pytest.raises(NotFound):
        read_blob(db, 1)
    assert list(read_blob(db, write_blob(db, []))) == []


def test_a_long_film_is_kept_short_enough_for_its_index(db: Database) -> None:
    job_id = file_job(db, [NewReview(1, "good", film="ü" * 5_000), NewReview(2, "good", film="  ")])
    drain(db)
    with db.read() as session:
        films = session.scalars(select(Review.film).where(Review.job_id == job_id).order_by(Review.id)).all()
    assert films == ["ü" * 200, None]
