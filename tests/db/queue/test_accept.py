"""Accepting: a message from accept to verdict, an event once, a sender that breaks off."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from db.delivery.notices import undelivered
from db.engine import Database
from db.errors import (
    NotFound,
)
from db.queries.jobs import get_job
from db.queue import (
    claim,
    commit_scores,
    load_reviews,
    read_blob,
    write_blob,
)
from db.queue.accept import accept_review, accept_upload
from db.tables import Blob, BlobPart
from db.types import Score
from tests.db.steps import (
    ME,
    check_invariants,
    must,
    origin,
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
        read_blob(db, 1, owner=1)
    assert list(read_blob(db, write_blob(db, [], owner=1), owner=1)) == []
