"""Deterministic races. Each is run as the program is, and once with its guard taken out, when it must be noticed."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import false, func, select, true
from sqlalchemy.orm import Session

from db.engine import Database
from db.errors import DatabaseUnavailable, JobFinished, QuotaExceeded
from db.queue import (
    accept,
    cancel,
    claim,
    extend,
    fail_job,
    finish_ingest,
    ingest_rows,
    leases,
    open_upload,
    read_blob,
    release_failed,
    scoring,
    sweep,
    sweeper,
)
from db.queue import completion as endings
from db.queue import failures as failing
from db.queue.accept import accept_review
from db.queue.quotas import Quotas
from db.tables import Job
from db.types import Claim, NewReview
from tests.db.steps import (
    ME,
    age,
    check_invariants,
    chunks,
    commit,
    drain,
    file_job,
    finish,
    models,
    must,
    new_reviews,
    origin,
    predictions,
    state,
    uploaded,
)

Race = Callable[[Database], None]


def zombie_commit(db: Database) -> None:
    """A worker stops past its lease; another claims; the first comes back and commits."""
    job_id = file_job(db, 2, chunk_rows=2)
    (chunk,) = chunks(db, job_id, "pending")
    zombie = must(claim(db, chunk, lease_s=-1))
    fresh = must(claim(db, chunk))
    assert not commit(db, zombie, model="zombie")
    assert predictions(db, job_id) == 0
    assert not extend(db, zombie)
    assert commit(db, fresh, model="fresh")
    assert models(db, job_id) == {"fresh"}
    assert not commit(db, fresh, model="again")
    check_invariants(db)


def zombie_ingest(db: Database) -> None:
    """The same while a file is read: nothing of the first reader's later rows is stored."""
    accepted, fresh = uploaded(db)
    with db.begin() as session:
        session.get_one(leases.Chunk, fresh.chunk_id).lease_until = None
    age(db, "lease_until", 1, [fresh.chunk_id])
    zombie, fresh = fresh, must(claim(db, fresh.chunk_id))
    assert not ingest_rows(db, zombie, [NewReview(99, "from the zombie")], [])
    assert not finish_ingest(db, zombie, chunk_rows=10, rows_total=99, columns={})
    assert not fail_job(db, zombie, "x", {"from": "the zombie"})
    assert ingest_rows(db, fresh, new_reviews(3), [])
    assert finish_ingest(db, fresh, chunk_rows=10, rows_total=3, columns={})
    drain(db)
    assert predictions(db, accepted.job_id) == 3
    check_invariants(db)


def zombie_finish(db: Database) -> None:
    """The same while the result is written."""
    job_id = file_job(db, 2)
    work_all_but_finish(db)
    (chunk,) = chunks(db, job_id, "pending", "queued")
    zombie, fresh = must(claim(db, chunk, lease_s=-1)), must(claim(db, chunk))
    assert not finish(db, zombie)
    release_failed(db, zombie, code="late")
    assert state(db, job_id) == "finishing"
    assert finish(db, fresh)
    check_invariants(db)


def work_all_but_finish(db: Database) -> None:
    for ring in sweep(db, slots=2):
        assert commit(db, must(claim(db, ring.chunk_id)))


def duplicate_delivery(db: Database) -> None:
    """The broker hands the same message to ten workers."""
    accepted = accept_review(db, origin(), "good")
    with ThreadPoolExecutor(10) as pool:
        claims = [c for c in pool.map(lambda _: claim(db, accepted.chunk_id), range(10)) if c is not None]
    assert len(claims) == 1
    assert commit(db, claims[0])
    assert claim(db, accepted.chunk_id) is None
    check_invariants(db)


def cancel_before_commit(db: Database) -> None:
    """The owner cancels while a worker holds the chunk."""
    job_id = file_job(db, 4, chunk_rows=2)
    first, second = (must(claim(db, chunk)) for chunk in chunks(db, job_id, "pending"))
    assert commit(db, first)
    assert cancel(db, ME, job_id)
    assert not commit(db, second)
    assert not extend(db, second)
    assert predictions(db, job_id) == 2
    assert state(db, job_id) == "cancelled"
    check_invariants(db)


def cancel_after_commit(db: Database) -> None:
    """The last commit wins: there is nothing left to cancel, and the verdicts stay."""
    accepted = accept_review(db, origin(), "good")
    assert commit(db, must(claim(db, accepted.chunk_id)))
    with pytest.raises(JobFinished):
        cancel(db, ME, accepted.job_id)
    assert state(db, accepted.job_id) == "done"
    assert predictions(db, accepted.job_id) == 1
    check_invariants(db)


def cancel_before_claim(db: Database) -> None:
    """The bell of a cancelled job rings late."""
    job_id = file_job(db, 2)
    (ring,) = sweep(db, slots=1)
    cancel(db, ME, job_id)
    assert claim(db, ring.chunk_id) is None
    assert sweep(db, slots=1) == []
    check_invariants(db)


def lost_bell(db: Database) -> None:
    """The broker forgot a message: the sweep rings again."""
    accepted = accept_review(db, origin(), "good")
    assert sweep(db, slots=1) == []
    age(db, "rung_at", sweeper.RESEND_S["interactive"] + 1, [accepted.chunk_id])
    assert [ring.chunk_id for ring in sweep(db, slots=1)] == [accepted.chunk_id]


def dead_worker(db: Database) -> None:
    """A worker died holding a chunk: when its lease is over the sweep rings again, and not before."""
    accepted = accept_review(db, origin(), "good")
    must(claim(db, accepted.chunk_id))
    assert sweep(db, slots=1) == []
    age(db, "lease_until", 1, [accepted.chunk_id])
    assert [ring.chunk_id for ring in sweep(db, slots=1)] == [accepted.chunk_id]
    assert commit(db, must(claim(db, accepted.chunk_id)))


def counts_follow_rows(db: Database) -> None:
    """The counts on the job are those of its rows."""
    file_job(db, 7, chunk_rows=3)
    drain(db)
    check_invariants(db)


def same_event_twice(db: Database) -> None:
    """Ten threads bring the same Discord event: one job, and all are told the same."""
    event = origin()
    barrier = threading.Barrier(10)

    def bring(_: int) -> tuple[int, int]:
        barrier.wait()
        accepted = accept_review(db, event, "good")
        return accepted.job_id, accepted.chunk_id

    with ThreadPoolExecutor(10) as pool:
        told = set(pool.map(bring, range(10)))
    assert len(told) == 1


def clock_goes_back(db: Database) -> None:
    """The database's clock is set back by an hour: a lost bell and a dead worker do not wait for that hour."""
    accepted = accept_review(db, origin(), "good")
    age(db, "rung_at", -3600, [accepted.chunk_id])
    assert [ring.chunk_id for ring in sweep(db, slots=1)] == [accepted.chunk_id]
    dead = must(claim(db, accepted.chunk_id))
    age(db, "lease_until", -3600, [accepted.chunk_id])
    assert [ring.chunk_id for ring in sweep(db, slots=1)] == [accepted.chunk_id]
    assert commit(db, must(claim(db, accepted.chunk_id)))
    assert not commit(db, dead)


def full_disk(db: Database) -> None:
    """A chunk that failed for want of a disk, five times, is neither cut nor blamed."""
    job_id = file_job(db, 2)
    for _ in range(5):
        for ring in sweep(db, slots=1):
            failing.postpone(db, must(claim(db, ring.chunk_id)), wait_s=-1)
    assert len(chunks(db, job_id, "running")) == 1
    drain(db)
    assert predictions(db, job_id) == 2
    check_invariants(db)


def answer_lost(db: Database) -> None:
    """The connection is cut after the commit of an acceptance: nobody is told that nothing was accepted."""
    for accept_one in (
        lambda: accept_review(db, origin(), "good"),
        lambda: accept.accept_upload(db, origin(), filename="a.csv", parts=[b"text\ngood\n"]),
    ):
        cut = [False]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Database, "begin", _cut_at_a_new_job(cut))
            try:
                accepted = accept_one()
            except DatabaseUnavailable:
                raise AssertionError("told that nothing was accepted") from None
        assert cut == [True]
        (chunk,) = chunks(db, accepted.job_id)
        assert chunk == accepted.chunk_id
    held = must(claim(db, accepted.chunk_id))
    assert b"".join(read_blob(db, open_upload(db, held).blob_id, owner=ME.user_id)) == b"text\ngood\n"


def _cut_at_a_new_job(cut: list[bool]) -> Callable[..., contextlib.AbstractContextManager[Session]]:
    """`Database.begin`; the first commit that made a job stands, and its answer is lost."""
    begin = Database.begin

    @contextlib.contextmanager
    def cutting(db: Database, *, bulk: bool = False) -> Iterator[Session]:
        with begin(db, bulk=bulk) as session:
            before = session.scalar(select(func.count(Job.id)))
            yield session
            made = session.scalar(select(func.count(Job.id))) != before
        if made and not cut[0]:
            cut[0] = True
            raise DatabaseUnavailable("cut")

    return cutting


RACES: list[Race] = [
    zombie_commit,
    zombie_ingest,
    zombie_finish,
    duplicate_delivery,
    cancel_before_commit,
    cancel_after_commit,
    cancel_before_claim,
    lost_bell,
    dead_worker,
    counts_follow_rows,
    same_event_twice,
    clock_goes_back,
    full_disk,
    answer_lost,
]


@pytest.mark.parametrize("race", RACES)
def test_race(db: Database, race: Race) -> None:
    race(db)


Patch = tuple[object, str, object]
NO_FENCE: Patch = (leases, "fence", lambda claim: true())
NO_LEASE: Patch = (leases, "lease_guard", true)
NO_JOB_GUARD: Patch = (leases, "job_guard", true)
NO_STATE_CHECK: Patch = (leases, "in_state", lambda job, *states: True)
MUTANTS: list[tuple[Race, list[Patch]]] = [
    (zombie_commit, [NO_FENCE]),
    (zombie_ingest, [NO_FENCE]),
    (zombie_finish, [NO_FENCE]),
    (duplicate_delivery, [NO_LEASE]),
    # Two guards stand before a cancelled job, the chunk's state and the job's: either alone is enough.
    (cancel_before_commit, [NO_FENCE, NO_STATE_CHECK]),
    (cancel_before_claim, [NO_LEASE, NO_JOB_GUARD]),
    (lost_bell, [(sweeper, "_unanswered", lambda session: [])]),
    (dead_worker, [(sweeper, "_free_expired", lambda session: None)]),
    (clock_goes_back, [(leases, "FAR_S", 1e6)]),
    (clock_goes_back, [(sweeper, "_overdue", lambda queue: false())]),
    (full_disk, [(failing, "postpone", lambda db, claim, wait_s: release_failed(db, claim, code="full"))]),
    (answer_lost, [(accept, "PATIENCE_S", -1.0)]),
    (counts_follow_rows, [(scoring, "add_scores", lambda job, scores: None)]),
]


@pytest.mark.parametrize(("race", "patches"), MUTANTS, ids=[race.__name__ for race, _ in MUTANTS])
def test_without_its_guard_the_race_is_lost(
    db: Database, race: Race, patches: list[Patch], monkeypatch: pytest.MonkeyPatch
) -> None:
    for module, name, mutant in patches:
        monkeypatch.setattr(module, name, mutant)
    with pytest.raises(AssertionError):
        race(db)


@pytest.mark.parametrize("guard", [NO_FENCE, NO_STATE_CHECK])
def test_one_guard_alone_stops_a_commit_after_cancel(
    db: Database, guard: Patch, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = file_job(db, 2, chunk_rows=2)
    held = must(claim(db, chunks(db, job_id, "pending")[0]))
    cancel(db, ME, job_id)
    monkeypatch.setattr(*guard)
    assert not commit(db, held)
    assert predictions(db, job_id) == 0


def test_commit_waits_for_a_cancel_that_is_not_committed_yet(db: Database) -> None:
    job_id = file_job(db, 2, chunk_rows=2)
    held = must(claim(db, chunks(db, job_id, "pending")[0]))
    with ThreadPoolExecutor(1) as pool:
        with db.begin() as session:
            endings.end_job(session, leases.lock_job(session, job_id), "cancelled")
            session.flush()
            racing = pool.submit(commit, db, held)
        assert racing.result(30) is False
    assert predictions(db, job_id) == 0
    check_invariants(db)


def test_cancel_waits_for_a_commit_that_is_not_committed_yet(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    job_id = file_job(db, 4, chunk_rows=2)
    held = must(claim(db, chunks(db, job_id, "pending")[0]))
    inside, go_on = threading.Event(), threading.Event()
    after_scoring = scoring.after_scoring

    def stopped(*arguments: object) -> None:
        inside.set()
        assert go_on.wait(30)
        after_scoring(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(scoring, "after_scoring", stopped)
    with ThreadPoolExecutor(2) as pool:
        committing = pool.submit(commit, db, held)
        assert inside.wait(30)
        cancelling = pool.submit(cancel, db, ME, job_id)
        go_on.set()
        assert committing.result(30) is True
        assert cancelling.result(30) is True
    assert predictions(db, job_id) == 2
    check_invariants(db)


def test_ten_uploads_of_one_user_at_once_respect_the_quota(db: Database) -> None:
    barrier = threading.Barrier(10)

    def upload(_: int) -> bool:
        barrier.wait()
        try:
            accept.accept_upload(db, origin(), filename="a.csv", parts=[b"x"], quotas=Quotas(user_jobs=3))
        except QuotaExceeded:
            return False
        return True

    with ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(upload, range(10))) == 3


def test_many_workers_and_a_canceller_at_once(db: Database) -> None:
    """Real threads over the same chunks: every claim is raced by three, one job is cancelled in the middle."""
    jobs = [file_job(db, 20, chunk_rows=2) for _ in range(3)]
    todo = [chunk for job_id in jobs for chunk in chunks(db, job_id, "pending")] * 3

    def one(chunk: int) -> Claim | None:
        if chunk == todo[len(todo) // 2]:
            with contextlib.suppress(JobFinished):
                cancel(db, ME, jobs[1])
        held = claim(db, chunk)
        return held if held is not None and commit(db, held) else None

    with ThreadPoolExecutor(6) as pool:
        stored = [held for held in pool.map(one, todo) if held]
    assert len({held.chunk_id for held in stored}) == len(stored)
    check_invariants(db)
    drain(db)
    check_invariants(db)
    assert [state(db, job_id) for job_id in jobs] == ["done", "cancelled", "done"]
