"""Several processes write at once, and random histories: nothing is lost, doubled, or refused as busy."""

from __future__ import annotations

import random
from multiprocessing.synchronize import Barrier

import pytest
from sqlalchemy import func, select

from db.engine import Database
from db.errors import JobFinished
from db.queue import cancel, claim, release_failed, sweep
from db.queue.accept import accept_review
from db.tables import Chunk, Prediction
from db.types import Claim, Origin
from tests.db.steps import ME, age, all_ended, check_invariants, commit, drain, file_job, finish, must, origin
from tests.fixtures.commands import FORKED

WRITERS, REVIEWS = 3, 15
"""Processes, and what each accepts and scores."""


def write(url: str, number: int, all_are_there: Barrier) -> None:
    """A writer: ends with an error where one that writes at the same time is in its way."""
    db = Database(url, durable=number == 0)
    all_are_there.wait(120)
    for n in range(REVIEWS):
        accepted = accept_review(db, Origin(1, None, None, "cli", number * 1000 + n), "good")
        assert commit(db, must(claim(db, accepted.chunk_id)))
        sweep(db, slots=2)


def test_three_writing_processes_never_meet_busy(db: Database, any_url: str) -> None:
    """A 'database is locked' would end a writer with DatabaseUnavailable."""
    all_are_there = FORKED.Barrier(WRITERS)
    writers = [FORKED.Process(target=write, args=(any_url, n, all_are_there), daemon=True) for n in range(WRITERS)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(180)
    assert [writer.exitcode for writer in writers] == [0] * WRITERS
    with db.read() as session:
        assert session.scalar(select(func.count()).select_from(Prediction)) == WRITERS * REVIEWS
    check_invariants(db)


@pytest.mark.parametrize("seed", range(3))
def test_random_histories_keep_the_invariants(db: Database, seed: int) -> None:
    """Workers that die, come back late, raise or are too slow; cancels and sweeps in between; then everything ends."""
    dice = random.Random(seed)
    jobs = [file_job(db, dice.randint(1, 9), chunk_rows=dice.randint(1, 4)) for _ in range(3)]
    jobs += [accept_review(db, origin(), "good").job_id for _ in range(2)]
    held: list[Claim] = []
    for turn in range(45):
        step = dice.random()
        if step < 0.35:
            held += [c for c in [claim(db, dice.choice(every_chunk(db)), lease_s=dice.choice((-1, 30)))] if c]
        elif step < 0.7 and held:
            mine = dice.choice(held)
            finish(db, mine) if mine.kind == "finish" else commit_some(db, mine)
        elif step < 0.8 and held:
            release_failed(db, dice.choice(held), code="dice")
        elif step < 0.83:
            stop(db, dice.choice(jobs))
        else:
            sweep(db, slots=2)
        if turn % 5 == 4:
            check_invariants(db)
    for _ in range(20):
        stale = in_hand(db)
        age(db, "lease_until", 1, stale)
        age(db, "rung_at", 1000, stale)
        drain(db)
        if not in_hand(db):
            break
    all_ended(db)
    check_invariants(db)


def in_hand(db: Database) -> list[int]:
    with db.read() as session:
        return list(session.scalars(select(Chunk.id).where(Chunk.state.in_(("running", "queued")))))


def every_chunk(db: Database) -> list[int]:
    with db.read() as session:
        return list(session.scalars(select(Chunk.id)))


def commit_some(db: Database, mine: Claim) -> bool:
    """A late worker may hold the rows of a chunk that was halved since: its scores are then too many."""
    try:
        return commit(db, mine)
    except ValueError:
        return False


def stop(db: Database, job_id: int) -> None:
    try:
        cancel(db, ME, job_id)
    except JobFinished:
        return
