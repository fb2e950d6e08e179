"""Whose chunk is next: shares by owner, turns, and what choosing costs."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, insert, select

from db.engine import Database
from db.queue import claim, sweep
from db.queue import dispatch_window as window
from db.queue.accept import accept_upload
from db.queue.dispatch_window import WINDOW, WaitingJob, pick_chunks, start_tags
from db.tables import Chunk
from tests.db.steps import OTHER, OWNER, chunks, commit, file_job, must, origin, work

jobs_of = st.dictionaries(
    st.integers(1, 8), st.tuples(st.integers(1, 4), st.lists(st.integers(0, 900), max_size=9)), max_size=8
)


@given(jobs_of, st.dictionaries(st.integers(1, 4), st.integers(0, 3_000)), st.integers(-3, 30))
def test_places_go_to_the_owner_who_was_given_least(
    jobs: dict[int, tuple[int, list[int]]], before: dict[int, int], free: int
) -> None:
    """`jobs`: id -> (owner, rows of the chunks that wait)."""
    pending = {job: [(100 * job + n, rows) for n, rows in enumerate(waiting)] for job, (_, waiting) in jobs.items()}
    sizes = {chunk: max(rows, window.LEAST_COST) for chunks in pending.values() for chunk, rows in chunks}
    waiting = [WaitingJob(job, owner) for job, (owner, _) in jobs.items()]
    rows = {owner: before.get(owner, 0) for owner, _ in jobs.values()}
    start = dict(rows)
    chosen = pick_chunks(waiting, Counter(), rows, free, lambda job: pending[job][: max(0, free)])
    assert len(chosen) == len(set(chosen)) == max(0, min(free, len(sizes)))
    left = {owner: sum(len(pending[job]) for job, (o, _) in jobs.items() if o == owner) for owner in rows}
    for chunk in chosen:
        owner = jobs[chunk // 100][0]
        assert all(start[owner] <= start[other] for other, n in left.items() if n), "not the one who was given least"
        start[owner] += sizes[chunk]
        left[owner] -= 1
    assert start == rows
    for job in pending:
        mine = [chunk for chunk in chosen if chunk // 100 == job]
        assert mine == [chunk for chunk, _ in pending[job]][: len(mine)], "in the order of the rows"


def test_who_comes_starts_level_and_who_goes_is_forgotten() -> None:
    """Jobs 1 and 11 are owner 1's, and so on."""

    def after(before: dict[int, int], jobs: list[int], in_flight: dict[int, int] | None = None) -> dict[int, int]:
        return start_tags(before, [WaitingJob(job, job % 10) for job in jobs], in_flight or {})

    assert after({}, [1, 2]) == {1: 0, 2: 0}
    assert after({1: 500, 2: 900}, [1, 2, 3]) == {1: 500, 2: 900, 3: 500}
    assert after({1: 500, 2: 900}, [2, 3]) == {2: 900, 3: 900}, "who has nothing waiting holds nobody back"
    assert after({1: 500}, [1, 3], {1: 300}) == {1: 500, 3: 200}, "what is in flight came before"
    assert after({1: 500, 11: 500, 2: 400}, [11, 2]) == {1: 500, 2: 400}, "an owner's next job goes on with the account"


@given(st.integers(1, 60), st.integers(1, 60), st.integers(1, 4), st.integers(0, 7))
def test_two_owners_stay_within_a_window_of_half(one: int, other: int, slots: int, ahead: int) -> None:
    """Chunks of any size, by the hundred rows; the second owner comes when the first has `ahead` chunks behind."""
    sizes = {1: 100 * one, 2: 100 * other}
    given: dict[int, int] = {}
    rung: list[int] = []
    done: Counter[int] = Counter()
    for turn in range(ahead + 60):
        owners = [1] if turn < ahead else [1, 2]
        in_flight = Counter({owner: sizes[owner] * rung.count(owner) for owner in sizes})
        waiting = [WaitingJob(owner, owner) for owner in owners]
        given = start_tags(given, waiting, in_flight)
        free = WINDOW * slots - len(rung)
        rung += pick_chunks(waiting, Counter(rung), given, free, lambda owner: [(owner, sizes[owner])] * 99)
        owner = rung.pop(0)
        if turn >= ahead:
            done[owner] += sizes[owner]
            if turn > ahead + 2 * WINDOW * slots:
                assert abs(done[1] - done[2]) <= (WINDOW * slots + 1) * max(sizes.values())
    assert all(rows > 0 for rows in done.values())


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
    many = [file_job(db, 12, chunk_rows=1) for _ in range(5)]
    one = file_job(db, 30, chunk_rows=1, where=origin(owner=OTHER))
    done = served(db, 40, slots=2)
    assert done[one] in (19, 20, 21)
    assert all(done[job] in (3, 4, 5) for job in many)


def test_more_users_than_places_take_turns(db: Database) -> None:
    """One slot, three places, eight users: without turns the last ones would wait for the first ones' end."""
    jobs = [file_job(db, 12, chunk_rows=1, where=origin(owner=owner)) for owner in range(1, 9)]
    done = served(db, 40, slots=1)
    assert [done[job] for job in jobs] == [5] * 8


def test_without_a_memory_somebody_starves(sqlite_db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window, "start_tags", lambda before, jobs, in_flight: start_tags({}, jobs, in_flight))
    with pytest.raises(AssertionError):
        test_more_users_than_places_take_turns(sqlite_db)


@pytest.mark.parametrize(("mine", "theirs"), [(8, 2), (2, 8), (6, 4)])
def test_shares_count_rows_not_chunks(db: Database, monkeypatch: pytest.MonkeyPatch, mine: int, theirs: int) -> None:
    monkeypatch.setattr(window, "LEAST_COST", 1)
    first = file_job(db, 20 * mine, chunk_rows=mine)
    second = file_job(db, 20 * theirs, chunk_rows=theirs, where=origin(owner=OTHER))
    rows: Counter[int] = Counter()
    rings: list[int] = []
    while sum(rows.values()) < 60:
        rings += [ring.chunk_id for ring in sweep(db, slots=1)]
        held = must(claim(db, rings.pop(0)))
        assert commit(db, held)
        rows[held.job_id] += held.last_row - held.first_row + 1
    assert abs(rows[first] - rows[second]) <= WINDOW * max(mine, theirs) // 2


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
