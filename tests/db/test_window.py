"""Whose chunk is next: shares by owner, turns, and what choosing costs."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, insert, select

from db import window
from db.accept import accept_upload
from db.engine import Database
from db.queue import claim, sweep
from db.tables import Chunk
from db.window import WINDOW, Waiting, share
from tests.db.steps import OTHER, OWNER, chunks, commit, file_job, must, origin, work

jobs_of = st.dictionaries(st.integers(1, 8), st.tuples(st.integers(1, 4), st.integers(0, 9)), max_size=8)


@given(jobs_of, st.dictionaries(st.integers(1, 8), st.integers(0, 5)), st.integers(-3, 30), st.integers(0, 9))
def test_places_go_to_the_owner_with_the_fewest(
    jobs: dict[int, tuple[int, int]], held: dict[int, int], free: int, after: int
) -> None:
    """`jobs`: id -> (owner, chunks that wait)."""
    in_flight = Counter({job: held.get(job, 0) for job in jobs})
    busy: Counter[int] = Counter()
    for job, (owner, _) in jobs.items():
        busy[owner] += in_flight[job]
    pending = {job: [100 * job + n for n in range(waiting)] for job, (_, waiting) in jobs.items()}
    waiting = [Waiting(job, owner) for job, (owner, _) in jobs.items()]
    chosen, _ = share(waiting, in_flight, busy, free, lambda job: pending[job][: max(0, free)], after=after)
    assert len(chosen) == len(set(chosen)) == max(0, min(free, sum(map(len, pending.values()))))
    got = Counter(jobs[chunk // 100][0] for chunk in chosen)
    given_out = Counter(chunk // 100 for chunk in chosen)
    for owner in got:
        # Nobody got a place that an owner with work left and fewer in flight should have had.
        others = {o for job, (o, _) in jobs.items() if given_out[job] < len(pending[job])}
        assert all(busy[owner] + got[owner] - 1 <= busy[other] + got[other] for other in others)
    for job, n in given_out.items():
        assert [chunk for chunk in chosen if chunk // 100 == job] == pending[job][:n], "in the order of the rows"


def served(db: Database, rounds: int, slots: int) -> Counter[int]:
    """Chunks done by job when one worker after the other takes the oldest ring."""
    done: Counter[int] = Counter()
    rings: list[int] = []
    for _ in range(rounds):
        rings += [ring.chunk_id for ring in sweep(db, slots=slots)]
        assert len(rings) <= WINDOW * slots
        held = must(claim(db, rings.pop(0)))
        assert commit(db, held)
        done[held.job_id] += 1
    return done


def test_five_jobs_of_one_user_get_what_one_job_of_another_gets(db: Database) -> None:
    many = [file_job(db, 30, chunk_rows=1) for _ in range(5)]
    one = file_job(db, 60, chunk_rows=1, where=origin(owner=OTHER))
    done = served(db, 40, slots=2)
    assert done[one] in (19, 20, 21)
    assert all(done[job] in (3, 4, 5) for job in many)


def test_more_users_than_places_take_turns(db: Database) -> None:
    """One slot, three places, eight users: without turns the last ones would wait for the first ones' end."""
    jobs = [file_job(db, 20, chunk_rows=1, where=origin(owner=owner)) for owner in range(1, 9)]
    done = served(db, 40, slots=1)
    assert [done[job] for job in jobs] == [5] * 8


def test_without_turns_somebody_starves(sqlite_db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = window.share
    monkeypatch.setattr(window, "share", lambda *given, after: plain(*given, after=0))
    with pytest.raises(AssertionError):
        test_more_users_than_places_take_turns(sqlite_db)


def test_who_comes_a_minute_later_gets_half_at_once(db: Database) -> None:
    first = file_job(db, 40, chunk_rows=1)
    served(db, 6, slots=1)
    for chunk in chunks(db, first, "queued"):
        work(db, chunk)
    late = file_job(db, 40, chunk_rows=1, where=origin(owner=OTHER))
    done = served(db, 20, slots=1)
    assert (done[first], done[late]) == (10, 10)


def test_files_of_a_busy_user_wait_for_their_turn_to_be_read(db: Database) -> None:
    """Reading takes as long as it takes: five uploads must not all be rung before another user's chunk."""

    def upload(owner: int) -> int:
        return accept_upload(db, origin(owner=owner), filename="a.csv", parts=[b"text\nx\n"]).chunk_id

    mine = [upload(OWNER) for _ in range(5)]
    theirs = upload(OTHER)
    with db.read() as session:
        rung = session.scalars(select(Chunk.id).where(Chunk.state == "queued").order_by(Chunk.id)).all()
    assert rung == [mine[0], theirs], "the first of each at once, the others in turn"
    assert [ring.chunk_id for ring in sweep(db, slots=1)] == [mine[1]]


@pytest.fixture
def steps(sqlite_db: Database) -> list[int]:
    """Counts SQLite's own steps, ten each: what statements cost, whatever else the machine does."""
    counted = [0]

    def step() -> int:
        counted[0] += 1
        return 0

    @event.listens_for(sqlite_db.engine, "checkout")
    def taken(connection: object, *_: object) -> None:
        connection.set_progress_handler(step, 10)  # type: ignore[attr-defined]

    return counted


def test_a_sweep_costs_the_same_however_many_chunks_wait(sqlite_db: Database, steps: list[int]) -> None:
    jobs = [file_job(sqlite_db, 4, chunk_rows=1, where=origin(owner=owner)) for owner in range(1, 5)]
    sweep(sqlite_db, slots=1)

    def cost() -> int:
        work(sqlite_db, chunks(sqlite_db, jobs[0], "queued", "pending")[0])
        before = steps[0]
        sweep(sqlite_db, slots=2)
        return steps[0] - before

    few = cost()
    for job in jobs:
        shared = {"job_id": job, "kind": "score", "queue": "bulk", "rows": 200}
        with sqlite_db.begin() as session:
            session.execute(insert(Chunk), [shared | {"state": "pending"} for _ in range(5_000)])
            session.execute(insert(Chunk), [shared | {"state": "done"} for _ in range(5_000)])
    assert cost() < 2 * few
