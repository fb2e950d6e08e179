"""Finishing: a file from accept to its outputs, its rows in pages, cancel, giving up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.blobs import PART_BYTES
from db.delivery.notices import undelivered
from db.engine import Database
from db.errors import (
    JobFinished,
    NotFound,
)
from db.queries.aspect_sums import StoredAspect
from db.queries.jobs import get_job, list_outputs, read_output
from db.queue import (
    ask_column,
    cancel,
    claim,
    fail_job,
    finish,
    finish_ingest,
    ingest_rows,
    iter_rejected,
    iter_scored,
    open_upload,
    read_blob,
    sweep,
)
from db.queue.accept import accept_upload, find_same_file
from db.tables import Prediction
from db.types import NewRejected
from tests.db.steps import (
    ME,
    MEMBER,
    OWNER,
    all_ended,
    check_invariants,
    chunks,
    drain,
    file_job,
    must,
    new_reviews,
    origin,
    state,
    uploaded,
)


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
    parts = list(read_blob(db, upload.blob_id, owner=upload.owner))
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
    assert find_same_file(db, MEMBER, upload.sha256) is None
    assert find_same_file(db, ME, "0" * 64, upload.sha256) == job.id
    assert find_same_file(db, ME, "0" * 64, "0" * 64) is None
    with db.read() as session:
        days = session.scalars(select(Prediction.day).distinct()).all()
    assert days == [date(2020, 2, 29)]


def test_rows_stream_in_order_over_many_pages(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finish, "PAGE_ROWS", 3)
    monkeypatch.setattr(finish, "ASPECT_ROWS", 2)
    asked: list[int] = []
    real = finish.rows_of_reviews

    def rows_of_reviews(session: Session, ids: list[int]) -> Mapping[int, Sequence[StoredAspect]]:
        asked.append(len(ids))
        return real(session, ids)

    monkeypatch.setattr(finish, "rows_of_reviews", rows_of_reviews)
    job_id = file_job(db, 10, rejected=[NewRejected(row, "empty", "no text") for row in range(11, 18)])
    drain(db)
    assert [row[0] for row in iter_scored(db, job_id)] == list(range(1, 11))
    assert next(iter_scored(db, job_id)) == (1, "negative", 0.05, ("too_short",), "m1", None, ())
    assert asked == [], "nobody asked for aspects"
    assert [len(row[6]) for row in iter_scored(db, job_id, aspects=True)] == [1, 3, 0, 1, 0] * 2
    assert asked == [2, 1, 2, 1, 2, 1, 1], "a row may have hundreds"
    assert [row[5] for row in iter_scored(db, job_id)][:4] == [None, 2.0, None, 3.0]
    assert [row[0] for row in iter_rejected(db, job_id)] == list(range(11, 18))


def test_cancel_in_every_state(db: Database) -> None:
    asked, held = uploaded(db)
    ask_column(db, held, ["a"])
    reading, _ = uploaded(db)
    scoring = file_job(db, 4)
    finishing = file_job(db, 0)
    for job_id in (asked.job_id, reading.job_id, scoring, finishing):
        with pytest.raises(NotFound):
            cancel(db, MEMBER, job_id)
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


@pytest.mark.parametrize("rows", [1, 2, 3, 4])
def test_lists_end_with_their_last_row_wherever_the_page_ends(
    sqlite_db: Database, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    monkeypatch.setattr(finish, "PAGE_ROWS", 2)
    rejected = [NewRejected(rows + n, "empty", f"no text {n}") for n in range(1, rows + 1)]
    job_id = file_job(sqlite_db, rows, rejected=rejected)
    drain(sqlite_db)
    assert [row[0] for row in iter_scored(sqlite_db, job_id)] == list(range(1, rows + 1))
    assert list(iter_rejected(sqlite_db, job_id)) == [(row.row_number, row.code, row.reason) for row in rejected]
