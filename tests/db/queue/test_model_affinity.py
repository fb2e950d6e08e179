"""All rows of a job are of one model, also when workers change in the middle."""

from __future__ import annotations

import pytest
from sqlalchemy import select, true, update

from db.clock import db_time
from db.engine import Database
from db.queries.jobs import get_job
from db.queue import cancel, claim, leases, scoring, sweep
from db.queue import dispatch_window as window
from db.queue import model_affinity as pins
from db.queue.accept import accept_review
from db.queue.model_affinity import release_to_other_model, stranded_jobs
from db.tables import Chunk, Job
from db.types import MODEL_CHANGED
from tests.db.steps import (
    ME,
    age,
    check_invariants,
    chunks,
    commit,
    file_job,
    finish,
    models,
    must,
    origin,
    predictions,
    state,
)


def turn(db: Database, *versions: str, patience_s: float = 60) -> None:
    """What is rung now goes to workers of these versions, who take turns."""
    with db.begin() as session:  # what was handed back is due again
        session.execute(update(Chunk).where(Chunk.state == "pending").values(rung_at=None))
    for place, ring in enumerate(sweep(db, slots=1)):
        mine = versions[place % len(versions)]
        held = claim(db, ring.chunk_id, model=mine)
        if held is None:
            assert release_to_other_model(db, ring.chunk_id, model=mine, patience_s=patience_s)
        elif held.kind == "finish":
            finish(db, held)
        else:
            assert commit(db, held, model=mine)
        check_invariants(db)
        assert len(models(db, held.job_id if held else 1)) <= 1


def tries(db: Database, job_id: int) -> set[int]:
    with db.read() as session:
        return set(session.scalars(select(Chunk.tries).where(Chunk.job_id == job_id, Chunk.state == "pending")))


def test_old_workers_end_what_they_began(db: Database) -> None:
    """A rolling upgrade: half of the workers are new; theirs is every second ring."""
    job_id = file_job(db, 12, chunk_rows=1)
    for _ in range(30):
        if state(db, job_id) == "done":
            break
        turn(db, "v1", "v2")
    assert state(db, job_id) == "done"
    assert models(db, job_id) == {"v1"}
    assert predictions(db, job_id) == 12
    assert get_job(db, ME, job_id).model == "v1"


def test_a_refused_chunk_counts_no_attempt_and_leaves_its_place(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window, "HANDED_BACK_S", 60.0)
    job_id = file_job(db, 6, chunk_rows=1)
    turn(db, "v1")
    before = chunks(db, job_id, "pending")
    rings = sweep(db, slots=1)
    for ring in rings:
        for _ in range(5):
            assert claim(db, ring.chunk_id, model="v2") is None
            assert release_to_other_model(db, ring.chunk_id, model="v2")
    assert chunks(db, job_id, "pending") == before
    assert tries(db, job_id) == {0}
    assert sweep(db, slots=1) == [], "not again at once"
    age(db, "rung_at", 61, before)
    assert len(sweep(db, slots=1)) == len(rings)


def test_what_nobody_refused_is_not_handed_back(db: Database) -> None:
    job_id = file_job(db, 2, chunk_rows=1)
    first, second = (ring.chunk_id for ring in sweep(db, slots=1))
    must(claim(db, first, model="v1"))
    assert not release_to_other_model(db, first, model="v2"), "no verdict yet: whoever is first decides"
    assert not release_to_other_model(db, 999, model="v2")
    message = accept_review(db, origin(), "good")
    must(claim(db, message.chunk_id, model="v2"))
    assert chunks(db, job_id, "queued") == [second]


def begun_by_both(db: Database) -> None:
    job_id = file_job(db, 2, chunk_rows=1)
    one, other = (must(claim(db, ring.chunk_id, model=f"v{n}")) for n, ring in enumerate(sweep(db, slots=1)))
    assert commit(db, one, model="v0")
    assert not commit(db, other, model="v1")
    assert models(db, job_id) == {"v0"}
    assert chunks(db, job_id, "pending") == [other.chunk_id]
    assert tries(db, job_id) == {0}
    turn(db, "v0")
    check_invariants(db)
    assert predictions(db, job_id) == 2


def test_two_versions_begin_a_job_at_once(db: Database) -> None:
    begun_by_both(db)


def test_without_its_guards_a_job_is_mixed(sqlite_db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scoring.pins, "same_model", lambda job, model: True)
    with pytest.raises(AssertionError):
        begun_by_both(sqlite_db)
    monkeypatch.undo()
    monkeypatch.setattr(leases, "model_guard", lambda model: true())
    with pytest.raises(AssertionError):
        test_old_workers_end_what_they_began(sqlite_db)


def upgraded(db: Database) -> int:
    """A job that v1 has half done, and nobody has v1 any more."""
    job_id = file_job(db, 12, chunk_rows=1)
    turn(db, "v1")
    turn(db, "v1")
    assert predictions(db, job_id) == 6
    turn(db, "v2")
    return job_id


def refused_long_ago(db: Database, job_id: int) -> None:
    with db.begin() as session:
        session.execute(update(Job).where(Job.id == job_id).values(model_refused_at=db_time(-61)))


def test_when_nobody_has_the_model_the_job_is_scored_anew_by_one(db: Database) -> None:
    job_id = upgraded(db)
    (waiting,) = stranded_jobs(db)
    assert (waiting.job_id, waiting.model) == (job_id, "v1")
    assert predictions(db, job_id) == 6, "a worker may only be restarting"
    refused_long_ago(db, job_id)
    turn(db, "v2")
    assert predictions(db, job_id) == 0 or models(db, job_id) == {"v2"}
    assert get_job(db, ME, job_id).error_code == MODEL_CHANGED
    assert stranded_jobs(db) == []
    for _ in range(8):
        turn(db, "v2")
    job = get_job(db, ME, job_id)
    assert (job.state, job.model, job.error_code) == ("done", "v2", None)
    assert models(db, job_id) == {"v2"}
    assert predictions(db, job_id) == 12


def test_at_every_step_of_taking_back_only_one_model_is_stored(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A death, a cancel or the old worker's return in the middle: what is there is whole and of one model."""
    monkeypatch.setattr(pins, "TURN_S", 0.0)  # one chunk a call
    job_id = upgraded(db)
    refused_long_ago(db, job_id)
    chunk = chunks(db, job_id, "pending", "queued")[0]
    for taken in range(1, 4):
        assert release_to_other_model(db, chunk, model="v2")
        assert predictions(db, job_id) == 6 - taken
        check_invariants(db)
    left = predictions(db, job_id)
    assert models(db, job_id) == {"v1"}
    check_invariants(db)
    again = must(claim(db, chunk, model="v1"))
    assert commit(db, again, model="v1")
    release_to_other_model(db, chunks(db, job_id, "pending")[0], model="v2")
    assert predictions(db, job_id) == left + 1, "v1 is back, and v2 takes nothing more"
    check_invariants(db)
    cancel(db, ME, job_id)
    assert models(db, job_id) == {"v1"}
    check_invariants(db)
