"""Deterministic races of deletion and purge with *Resume*, workers and new uploads. Each is run as the program is, and
once with its guard taken out, when it must be noticed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from sqlalchemy import false, func, select, true, update
from sqlalchemy.exc import IntegrityError

from db import blobs
from db.blobs import read_blob, write_blob
from db.clock import db_time
from db.engine import Database
from db.errors import DbError, JobsRunning, NoLongerKept, NotFound
from db.privacy import erase, retention
from db.privacy import purge as emptying
from db.privacy.erase import erase_user
from db.privacy.retention import purge
from db.queries.jobs import upload_blob
from db.queue import accept, cancel, claim, leases, load_reviews, retry, scoring, write_output
from db.tables import Blob, BlobPart, Chunk, Job, OutputFile, Prediction, Review, Upload
from db.types import Score
from tests.db.steps import (
    ME,
    OWNER,
    check_invariants,
    chunks,
    commit,
    done_file,
    drain,
    file_job,
    must,
    origin,
    predictions,
    state,
    work,
)

Race = Callable[[Database], None]


def half_done(db: Database) -> int:
    """A file job of four rows: two have verdicts, then it was cancelled. All it has is still there."""
    job_id = file_job(db, 4, chunk_rows=2)
    assert commit(db, must(claim(db, chunks(db, job_id, "pending")[0])))
    cancel(db, ME, job_id)
    return job_id


def empty_verdicts(db: Database) -> int:
    """Verdicts of reviews that had no text when they were scored (`marked` keeps those that had one)."""
    with db.read() as session:
        without = select(func.count()).select_from(Prediction).join(Review).where(Review.text.is_(None))
        return session.scalar(without) or 0


def files_left(db: Database) -> int:
    with db.read() as session:
        return session.scalar(select(func.count()).select_from(Blob)) or 0


@contextmanager
def before(module: Any, name: str, deed: Callable[[], object]) -> Iterator[None]:
    """Somebody is as fast as can be: `deed` happens the first time when `module.name` is about to run."""
    real, done = getattr(module, name), []

    def slowed(*arguments: Any, **options: Any) -> Any:
        if not done:
            done.append(True)
            deed()
        return real(*arguments, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, name, slowed)
        yield
        assert done, f"{name} did not run"


def try_resume(db: Database, job_id: int) -> None:
    with suppress(DbError):
        retry(db, ME, job_id)


def resume_during_erasure(db: Database) -> None:
    """The owner is erased; they press *Resume* on an old card when the rows are about to go. Workers are fast."""
    job_id = half_done(db)
    with before(emptying, "row_ranges", lambda: try_resume(db, job_id)):
        erase_user(db, ME)
    drain(db)
    assert predictions(db, job_id) == 2, "deleted texts were scored"
    assert files_left(db) == 0, "a file survived"
    assert state(db, job_id) == "cancelled"
    check_invariants(db)


def resume_before_rows_are_read(db: Database) -> None:
    """*Resume* comes between the request and the look for what is to go: nothing of the job may be left out."""
    job_id = half_done(db)
    with before(erase, "_ended", lambda: try_resume(db, job_id)):
        erase_user(db, ME)
    drain(db)
    assert files_left(db) == 0, "a file survived"
    assert predictions(db, job_id) == 2
    check_invariants(db)


def resume_before_erasure(db: Database) -> None:
    """*Resume* was faster: the job is worked on again, so nothing is deleted, and it is said so."""
    job_id = half_done(db)
    retry(db, ME, job_id)
    try:
        erase_user(db, ME)
    except JobsRunning:
        pass
    else:
        raise AssertionError("erased what is worked on")
    drain(db)
    assert state(db, job_id) == "done"
    assert predictions(db, job_id) == 4
    assert empty_verdicts(db) == 0
    check_invariants(db)


def resume_during_purge(db: Database) -> None:
    """The retention time is over; *Resume* comes when the rows are about to go."""
    job_id = half_done(db)
    make_old(db, job_id)
    with before(emptying, "row_ranges", lambda: try_resume(db, job_id)):
        purge(db, older_than_days=90)
    drain(db)
    assert state(db, job_id) == "cancelled", "resumed while it was deleted"
    assert predictions(db, job_id) == 2, "deleted texts were scored"
    check_invariants(db)


def resume_after_purge_looked(db: Database) -> None:
    """The purge has its list; *Resume* comes before it takes the job: the job goes on, whole."""
    job_id = half_done(db)
    make_old(db, job_id)
    with before(retention, "_empty_file", lambda: try_resume(db, job_id)):
        purge(db, older_than_days=90)
    drain(db)
    assert state(db, job_id) == "done"
    assert predictions(db, job_id) == 4
    assert empty_verdicts(db) == 0, "deleted texts were scored"
    check_invariants(db)


def review_resumed_after_purge_looked(db: Database) -> None:
    """The same for a single review."""
    accepted = accept.accept_review(db, origin(), "a fine film")
    cancel(db, ME, accepted.job_id)
    make_old(db, accepted.job_id)
    with before(retention, "_empty_messages", lambda: try_resume(db, accepted.job_id)):
        purge(db, older_than_days=90)
    work(db, accepted.chunk_id)
    assert predictions(db, accepted.job_id) == 1
    assert empty_verdicts(db) == 0, "a deleted text was scored"
    check_invariants(db)


def make_old(db: Database, job_id: int) -> None:
    with db.begin() as session:
        session.execute(update(Job).where(Job.id == job_id).values(finished_at=db_time(-91 * 86_400)))


def deleted_row_is_not_scored(db: Database) -> None:
    """A text went while its job was still worked on, however that came: it gets a reason, not a verdict."""
    job_id = file_job(db, 4, chunk_rows=2)
    with db.begin() as session:
        session.execute(update(Review).where(Review.job_id == job_id, Review.row_number == 3).values(text=None))
    drain(db)
    assert predictions(db, job_id) == 3
    assert empty_verdicts(db) == 0
    assert state(db, job_id) == "done"
    with db.read() as session:
        assert session.get_one(Job, job_id).rows_failed == 1
    check_invariants(db)


def text_goes_while_it_is_scored(db: Database) -> None:
    """A worker holds the text; it goes before the verdict is stored."""
    job_id = file_job(db, 2, chunk_rows=2)
    held = must(claim(db, chunks(db, job_id, "pending")[0]))
    scores = [Score(row.review_id, "positive", 0.9, ()) for row in load_reviews(db, held)]
    with db.begin() as session:
        session.execute(update(Review).where(Review.job_id == job_id, Review.row_number == 2).values(text=None))
    with suppress(ValueError):
        scoring.commit_scores(db, held, scores, model="m1")
    assert empty_verdicts(db) == 0, "a deleted text was scored"


def copy_during_erasure(db: Database) -> None:
    """*Score again* copies the stored file of a job; its owner is erased when the copy is about to be accepted."""
    job_id = done_file(db, 2)
    name, blob_id = must_have(upload_blob(db, ME, job_id))
    parts = list(read_blob(db, blob_id, owner=OWNER))
    made: list[int] = []

    def copy() -> None:
        with suppress(DbError):
            made.append(accept.accept_upload(db, origin(), filename=name, parts=parts, copy_of=job_id).job_id)

    with before(erase, "_finish_request", copy):
        erase_user(db, ME)
    assert made == []
    assert files_left(db) == 0, "a whole file survived"


def must_have(found: tuple[str, int] | None) -> tuple[str, int]:
    assert found is not None
    return found


def copy_of_half_a_file(db: Database) -> None:
    """The stored file is deleted while it is copied: half of it is not taken for the whole."""
    blob_id = write_blob(db, [b"x" * blobs.PART_BYTES] * 2, owner=OWNER)
    parts = read_blob(db, blob_id, owner=OWNER)
    next(parts)
    with db.begin() as session:
        session.execute(BlobPart.__table__.delete().where(BlobPart.blob_id == blob_id))
    try:
        list(parts)
    except NotFound:
        return
    raise AssertionError("half a file")


def upload_while_its_bytes_are_dropped(db: Database) -> None:
    """A file is stored and about to be accepted when its owner is erased, which has deleted half of it so far."""

    class Killed(BaseException):
        pass

    def half(db: Database, blob_id: int) -> None:
        with db.begin() as session:
            session.execute(BlobPart.__table__.delete().where(BlobPart.blob_id == blob_id))
        raise Killed

    def erasure() -> None:
        with pytest.MonkeyPatch.context() as patch, suppress(Killed):
            patch.setattr(emptying, "drop_blob", half)
            erase_user(db, ME)

    with before(accept, "_retrying", erasure), suppress(NotFound):
        accept.accept_upload(db, origin(), filename="reviews.csv", parts=[b"text\n", b"good\n"])
    with db.read() as session:
        assert session.scalar(select(func.count()).select_from(Upload)) == 0, "a file without bytes was accepted"


def accepted_when_it_is_about_to_be_dropped(db: Database) -> None:
    """The erasure has its list of files that no job has; one of them is accepted before it comes to it."""
    made: list[int] = []

    def erasure() -> None:
        with before(erase, "drop_unattached", lambda: made.append(accepting())):
            erase_user(db, ME)

    blob_id = write_blob(db, [b"text\ngood\n"], owner=OWNER)

    def accepting() -> int:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(accept, "write_blob", lambda *_, **__: blob_id)
            return accept.accept_upload(db, origin(), filename="reviews.csv", parts=[]).job_id

    with pytest.MonkeyPatch.context() as patch, suppress(IntegrityError):
        patch.setattr(emptying, "PARTS", 1)
        erasure()
    assert state(db, made[0]) == "ingesting"
    with db.read() as session:
        parts = session.scalar(select(func.count()).where(BlobPart.blob_id == blob_id))
    assert parts == 1, "an accepted file lost its bytes"


def output_of_a_cancelled_job(db: Database) -> None:
    """A worker writes the result; the owner cancels and is erased; the worker dies before it can clean up."""
    job_id = file_job(db, 2)
    for chunk in chunks(db, job_id, "pending"):
        assert commit(db, must(claim(db, chunk)))
    (finishing,) = chunks(db, job_id, "pending", "queued")
    held = must(claim(db, finishing))

    class Killed(BaseException):
        pass

    def parts() -> Iterator[bytes]:
        yield b"x" * blobs.PART_BYTES
        cancel(db, ME, job_id)
        erase_user(db, ME)
        raise Killed

    with suppress(Killed):
        write_output(db, held, parts())
    with db.read() as session:
        assert session.scalar(select(func.count()).select_from(BlobPart)) == 0, "a result survived"


def output_after_erasure(db: Database) -> None:
    """The same, but the worker lives and writes on: nothing more is stored."""
    job_id = file_job(db, 2)
    for chunk in chunks(db, job_id, "pending"):
        assert commit(db, must(claim(db, chunk)))
    (finishing,) = chunks(db, job_id, "pending", "queued")
    held = must(claim(db, finishing))

    def parts() -> Iterator[bytes]:
        yield b"x" * blobs.PART_BYTES
        cancel(db, ME, job_id)
        erase_user(db, ME)
        yield b"y" * blobs.PART_BYTES

    with suppress(NotFound):
        write_output(db, held, parts())
    assert files_left(db) == 0
    with suppress(NotFound):
        write_output(db, held, [b"z"])  # its claim is lost
    assert files_left(db) == 0, "a result was stored for somebody who was erased"


RACES: list[Race] = [
    resume_during_erasure,
    resume_before_rows_are_read,
    resume_before_erasure,
    resume_during_purge,
    resume_after_purge_looked,
    review_resumed_after_purge_looked,
    deleted_row_is_not_scored,
    text_goes_while_it_is_scored,
    copy_during_erasure,
    copy_of_half_a_file,
    upload_while_its_bytes_are_dropped,
    accepted_when_it_is_about_to_be_dropped,
    output_of_a_cancelled_job,
    output_after_erasure,
]


@pytest.mark.parametrize("race", RACES)
def test_race(db: Database, race: Race) -> None:
    race(db)


def _unmarked(*_: object) -> bool:
    return True


Patch = tuple[object, str, object]
NO_MARK: Patch = (leases, "may_go_on", _unmarked)
NO_MARK_FOR_COPIES: Patch = (accept, "may_go_on", _unmarked)
ANY_STATE: Patch = (emptying, "ended", true)
UNSEEN: Patch = (erase, "drop_unattached", lambda db, blob_id: emptying.drop_blob(db, blob_id))
ANY_TEXT: Patch = (scoring, "has_text", true)
MUTANTS: list[tuple[Race, list[Patch]]] = [
    (resume_during_erasure, [NO_MARK]),
    (resume_before_rows_are_read, [NO_MARK]),
    (resume_during_purge, [NO_MARK]),
    (resume_after_purge_looked, [ANY_STATE]),
    (review_resumed_after_purge_looked, [ANY_STATE]),
    (deleted_row_is_not_scored, [ANY_TEXT]),
    (text_goes_while_it_is_scored, [ANY_TEXT]),
    (copy_during_erasure, [NO_MARK_FOR_COPIES]),
    (upload_while_its_bytes_are_dropped, [UNSEEN]),
    (accepted_when_it_is_about_to_be_dropped, [(emptying, "attached", false)]),
    (output_of_a_cancelled_job, [(erase, "_drop_unattached", lambda db, user_id: 0)]),
    (output_after_erasure, [(leases, "in_state", _unmarked), (leases, "is_held", _unmarked)]),
]


@pytest.mark.parametrize(("race", "patches"), MUTANTS, ids=[race.__name__ for race, _ in MUTANTS])
def test_without_its_guard_the_race_is_lost(
    db: Database, race: Race, patches: list[Patch], monkeypatch: pytest.MonkeyPatch
) -> None:
    for module, name, mutant in patches:
        monkeypatch.setattr(module, name, mutant)
    with pytest.raises((AssertionError, AttributeError)):  # the latter: nothing is there that could be opened
        race(db)


@pytest.mark.parametrize("first", ["resume", "erase"])
def test_resume_and_erasure_at_one_moment(db: Database, first: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both at once, in threads: whoever holds the job's lock first wins, whole, and the other is told."""
    job_id = half_done(db)
    inside, go_on = threading.Event(), threading.Event()
    where, name = (retry.__globals__, "_undo_end") if first == "resume" else (erase.__dict__, "insert_for")
    real = where[name]

    def stopped(*arguments: Any) -> Any:
        inside.set()
        assert go_on.wait(30)
        return real(*arguments)

    monkeypatch.setitem(where, name, stopped)
    deeds: dict[str, Callable[[], object]] = {
        "resume": lambda: retry(db, ME, job_id),
        "erase": lambda: erase_user(db, ME),
    }
    with ThreadPoolExecutor(2) as pool:
        leading = pool.submit(deeds[first])
        assert inside.wait(30)
        following = pool.submit(deeds["erase" if first == "resume" else "resume"])
        go_on.set()
        leading.result(30)
        with pytest.raises(JobsRunning if first == "resume" else (NoLongerKept, NotFound)):
            following.result(30)
    drain(db)
    with db.read() as session:
        kept = session.scalar(select(func.count()).select_from(Upload))
        outputs = session.scalar(select(func.count()).select_from(OutputFile))
        open_chunks = session.scalar(select(func.count()).where(Chunk.state.in_(("pending", "queued", "running"))))
    assert (kept, outputs, open_chunks) == ((1, 1, 0) if first == "resume" else (0, 0, 0))
    assert predictions(db, job_id) == (4 if first == "resume" else 2)
    check_invariants(db)
