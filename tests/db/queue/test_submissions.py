"""Files that the command line sends in: each is taken once, is the host's alone, and nobody is sent a message."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import func, select

from db.delivery.notices import undelivered
from db.engine import Database
from db.errors import NotFound, QuotaExceeded
from db.privacy.retention import purge
from db.queries.jobs import changed_jobs, get_job, list_jobs, stored_upload
from db.queue import ask_column, cancel, claim, fail_job, finish_ingest, ingest_rows, submissions, sweep
from db.queue.quotas import Quotas
from db.queue.submissions import HOST, Submission, Submitted, submit_file
from db.tables import Blob, Job
from db.types import HOST_USER, Claim, JobState, Viewer
from tests.db.steps import ME, chunks, done_file, drain, file_job, must, new_reviews

BYTES = b"review\ngood\n"
FILE = Submission("reviews.csv", len(BYTES), sha256(BYTES).hexdigest())
LIKE_LIVING_USERS = 2**22
"""Less than any number of an account of Discord."""


def submit(db: Database, **said: Any) -> Submitted:
    again = said.pop("again", False)
    return submit_file(db, replace(FILE, **said), [BYTES], again=again)


def reading(db: Database, job_id: int) -> Claim:
    """The claimed chunk that reads the file; the sweep has published it."""
    assert chunks(db, job_id, "queued") == [] != [ring.chunk_id for ring in sweep(db, slots=2)]
    (chunk,) = chunks(db, job_id, "queued")
    return must(claim(db, chunk))


def end(db: Database, job_id: int) -> None:
    """Reads and scores the file."""
    held = reading(db, job_id)
    assert ingest_rows(db, held, new_reviews(2), [])
    assert finish_ingest(db, held, chunk_rows=2, rows_total=2, columns={"text": "review"})
    drain(db)


def state(db: Database, job_id: int) -> JobState:
    return get_job(db, HOST, job_id).state


def test_a_file_is_taken_once(db: Database) -> None:
    first = submit(db)
    assert first.how == "new"
    assert submit(db) == Submitted(first.job_id, "running")
    assert submit(db, filename="another name.csv") == Submitted(first.job_id, "running")
    end(db, first.job_id)
    assert submit(db) == Submitted(first.job_id, "done")
    anew = submit(db, again=True)
    assert anew == Submitted(first.job_id + 1, "new")
    assert submit(db) == Submitted(anew.job_id, "running")
    with db.read() as session:
        assert session.scalar(select(func.count(Blob.id))) == 3, "two inputs, one scored copy"


@pytest.mark.parametrize(
    "said",
    [
        {"text_column": "review"},
        {"film_column": "film"},
        {"date_column": "day"},
        {"file_format": "parquet"},
        {"options": {"sheet": "2"}},
        {"options": {"no_header": True}},
    ],
    ids=str,
)
def test_the_same_bytes_read_in_another_way_are_another_job(sqlite_db: Database, said: dict[str, Any]) -> None:
    first, second = submit(sqlite_db), submit(sqlite_db, **said)
    assert (first.how, second.how) == ("new", "new")
    assert submit(sqlite_db, **said) == Submitted(second.job_id, "running")
    assert submit(sqlite_db).job_id == first.job_id


def test_who_submits_at_the_same_moment_gets_the_same_job(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    first = submit(db)
    with monkeypatch.context() as patched:
        patched.setattr(submissions, "_earlier", lambda *_: [])  # as it was before the first one was stored
        assert submit(db) == Submitted(first.job_id, "running")
    assert len(list_jobs(db, HOST)) == 1


def test_a_cancelled_file_goes_on(db: Database) -> None:
    job = submit(db).job_id
    cancel(db, HOST, job)
    assert submit(db) == Submitted(job, "resumed")
    end(db, job)
    assert state(db, job) == "done"


def test_a_file_that_cannot_be_read_is_tried_anew(db: Database) -> None:
    job = submit(db).job_id
    assert fail_job(db, reading(db, job), "no_text_column", {"columns": {"names": ["a"], "more": 0}})
    assert submit(db) == Submitted(job + 1, "new")


def test_a_question_is_answered_by_sending_the_file_with_a_column(db: Database) -> None:
    job = submit(db).job_id
    assert ask_column(db, reading(db, job), ["title", "body"])
    assert submit(db) == Submitted(job, "waiting")
    answered = submit(db, text_column="body")
    assert answered.how == "new"
    assert state(db, job) == "cancelled"


def test_what_is_no_longer_kept_is_taken_anew(db: Database) -> None:
    job = submit(db).job_id
    end(db, job)
    purge(db, older_than_days=0)
    with db.read() as session:
        assert session.get_one(Job, job).owner_id != HOST_USER
    assert submit(db) == Submitted(job + 1, "new")


def test_it_is_the_hosts_alone_and_no_members(db: Database) -> None:
    theirs = done_file(db, 3)
    ours = submit(db).job_id
    assert HOST_USER < LIKE_LIVING_USERS
    assert [job.id for job in list_jobs(db, HOST)] == [ours]
    for viewer, job in ((HOST, theirs), (ME, ours), (Viewer(ME.user_id), ours)):
        with pytest.raises(NotFound):
            get_job(db, viewer, job)
        with pytest.raises(NotFound):
            stored_upload(db, viewer, job)


def test_nobody_is_sent_a_message(db: Database) -> None:
    job = submit(db).job_id
    assert changed_jobs(db) == []
    end(db, job)
    assert changed_jobs(db) == []
    assert undelivered(db) == []
    assert get_job(db, HOST, job).delivered_at is not None
    members = file_job(db, 2)
    drain(db)
    assert [one.id for one in changed_jobs(db)] == [members]


def test_quotas_count_for_the_host_too(db: Database) -> None:
    quotas = Quotas(user_jobs=1)
    submit_file(db, FILE, [BYTES], quotas=quotas)
    other = replace(FILE, sha256="1" * 64)
    with pytest.raises(QuotaExceeded):
        submit_file(db, other, [b"other"], quotas=quotas)
    file_job(db, 2)  # a member's jobs are counted apart
    cancel(db, HOST, 1)
    assert submit_file(db, other, [b"other"], quotas=quotas).how == "new"


def test_an_error_of_the_bytes_leaves_nothing(db: Database) -> None:
    def broken() -> Any:
        yield BYTES
        raise OSError(5, "Input/output error")

    with pytest.raises(OSError, match="Input/output"):
        submit_file(db, FILE, broken())
    with db.read() as session:
        assert session.scalar(select(func.count(Blob.id))) == 0
    assert list_jobs(db, HOST) == []
