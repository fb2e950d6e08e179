"""Ingest: rows into chunks, attempts that die in the middle, the question for a column."""

from __future__ import annotations

import itertools

import pytest
from sqlalchemy import select

from db.engine import Database
from db.errors import (
    JobFinished,
    NoColumnWanted,
    NoSuchColumn,
    NotFound,
    NotYours,
)
from db.privacy.export_rows import own_jobs
from db.queries.jobs import get_job, read_options
from db.queue import (
    ask_column,
    choose_column,
    claim,
    extend,
    finish_ingest,
    ingest_rows,
    open_upload,
    sweep,
)
from db.queue.accept import accept_upload
from db.tables import Chunk
from db.types import NewRejected, NewReview, Viewer
from tests.db.steps import (
    ME,
    MEMBER,
    OTHER,
    age,
    check_invariants,
    drain,
    file_job,
    must,
    new_reviews,
    origin,
    predictions,
    state,
    uploaded,
)


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


@pytest.mark.parametrize(
    ("ends", "most", "rows"),
    [
        ([], 1, [4, 4, 2]),
        ([3, 5, 13], 1, [4, 4, 2]),  # each chunk holds one, or it ends with one
        ([3, 5, 5, 13, 13], 2, [4, 4, 2]),
        ([1, 2, 3, 4, 9, 11, 13, 16], 1, [1, 1, 1, 1, 1, 2, 1, 2]),
        ([1, 2, 3, 9, 11, 12, 13], 2, [2, 2, 3, 1, 2]),
        ([6, 7, 8, 20, 30], 1, [4, 4, 2]),  # nothing of these rows was accepted
    ],
)
def test_a_chunk_ends_sooner_where_its_rows_are_long(
    sqlite_db: Database, ends: list[int], most: int, rows: list[int]
) -> None:
    accepted, held = uploaded(sqlite_db)
    numbers = (1, 2, 3, 4, 9, 10, 11, 13, 15, 16)
    assert ingest_rows(sqlite_db, held, [NewReview(number, "good") for number in numbers], [])
    done = {"rows_total": 10, "columns": {}, "ends": ends, "most_ends": most}
    assert finish_ingest(sqlite_db, held, chunk_rows=4, **done)  # type: ignore[arg-type]
    with sqlite_db.read() as session:
        cut = select(Chunk.first_row, Chunk.last_row, Chunk.rows).where(Chunk.kind == "score").order_by(Chunk.first_row)
        found = session.execute(cut).all()
    assert [one.rows for one in found] == rows
    assert [n for first, last, _ in found for n in numbers if first <= n <= last] == list(numbers)
    drain(sqlite_db)
    assert predictions(sqlite_db, accepted.job_id) == 10
    check_invariants(sqlite_db)


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


def test_the_owner_chooses_a_file_of_an_archive(db: Database) -> None:
    accepted, held = uploaded(db)
    assert ask_column(db, held, ["may/a.csv", "june/a.csv"], "sheet")
    assert get_job(db, ME, accepted.job_id).asks == "sheet"
    again = must(claim(db, choose_column(db, ME, accepted.job_id, "june/a.csv").chunk_id))
    upload = open_upload(db, again)
    assert (upload.text_column, upload.options["sheet"]) == (None, "june/a.csv")
    assert read_options(db, ME, accepted.job_id) == {"sheet": "june/a.csv"}


def test_what_is_said_of_a_file_and_what_was_read_of_it_are_kept(db: Database) -> None:
    said = {"stars_column": "Sterne", "delimiter": "tab", "no_header": True, "encoding": None}
    accepted = accept_upload(db, origin(), filename="a.csv", parts=[b"x"], options=said)
    held = must(claim(db, accepted.chunk_id))
    assert open_upload(db, held).options == {"stars_column": "Sterne", "delimiter": "tab", "no_header": True}
    assert ingest_rows(db, held, new_reviews(1), [])
    columns = {"text": "Kritik", "film": None}
    names = [f"c{n}" for n in range(30)]
    notes = [("read_note.source", {"name": f"n{n}\0"}) for n in range(30)]
    assert finish_ingest(db, held, chunk_rows=2, rows_total=1, columns=columns, names=names, notes=notes)
    job = get_job(db, ME, accepted.job_id)
    assert (job.read, job.columns, job.notes) == (columns, tuple(names[:25]), tuple(notes[:10]))
    (row,) = own_jobs(db, ME)
    assert (row["columns"], row["notes"]) == (columns, tuple(notes[:10]))


def test_the_owner_chooses_a_column(db: Database) -> None:
    accepted, held = uploaded(db, origin(shared=True))
    assert ask_column(db, held, ["a", "b"])
    assert get_job(db, ME, accepted.job_id).columns == ("a", "b")
    assert sweep(db, slots=1) == []
    with pytest.raises(NotFound):
        choose_column(db, Viewer(OTHER, 99), accepted.job_id, "a")
    with pytest.raises(NotYours):
        choose_column(db, MEMBER, accepted.job_id, "a")
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


def test_as_many_rows_at_once_as_are_allowed(sqlite_db: Database) -> None:
    accepted, held = uploaded(sqlite_db)
    rejected = [NewRejected(n, "empty", "no text") for n in range(4_001, 5_001)]
    assert ingest_rows(sqlite_db, held, new_reviews(4_000), rejected)
    job = get_job(sqlite_db, ME, accepted.job_id)
    assert (job.rows_total, job.rows_rejected) == (5_000, 1_000)
    with pytest.raises(ValueError, match="5001 rows"):
        ingest_rows(sqlite_db, held, new_reviews(4_001), rejected)
