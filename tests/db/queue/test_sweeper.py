"""The sweep: fair shares, a window, rings that come again, and one at a time."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from db.dialect import exclusive
from db.engine import Database
from db.queue import claim, queue_health, sweep, sweeper
from db.queue.accept import accept_review
from db.queue.dispatch_window import WINDOW
from db.queue.sweeper import RESEND_S, SWEEP_LOCK
from tests.db.steps import age, chunks, commit, drain, file_job, must, origin, work


def test_three_bulk_jobs_get_equal_shares_and_the_window_holds(db: Database) -> None:
    jobs = [file_job(db, 60, chunk_rows=1), file_job(db, 12, chunk_rows=1), file_job(db, 12, chunk_rows=1)]
    slots, served = 4, Counter[int]()
    waiting = [ring.chunk_id for ring in sweep(db, slots=slots)]
    assert len(waiting) == WINDOW * slots
    for _ in range(30):
        held = must(claim(db, waiting.pop(0)))
        assert commit(db, held)
        served[held.job_id] += 1
        waiting += [ring.chunk_id for ring in sweep(db, slots=slots)]
        assert len(waiting) <= WINDOW * slots
    assert sorted(served.values()) == [10, 10, 10]
    assert set(served) == set(jobs)


def test_a_job_that_comes_late_is_served_at_once(db: Database) -> None:
    first = file_job(db, 50, chunk_rows=1)
    old = [ring.chunk_id for ring in sweep(db, slots=2)]
    late = file_job(db, 50, chunk_rows=1)
    assert sweep(db, slots=2) == []  # the window is full
    got: list[int] = []
    for chunk in old:
        work(db, chunk)
        got += [ring.chunk_id for ring in sweep(db, slots=2)]
    of_late = set(chunks(db, late))
    assert [chunk in of_late for chunk in got[:3]] == [True] * 3
    assert len([chunk for chunk in got if chunk in of_late]) == len(got) // 2
    assert chunks(db, first, "pending")


def test_interactive_work_needs_no_place_in_the_window(db: Database) -> None:
    file_job(db, 50, chunk_rows=1)
    assert len(sweep(db, slots=1)) == WINDOW
    message = accept_review(db, origin(), "good")
    age(db, "lease_until", 1, [must(claim(db, message.chunk_id)).chunk_id])
    assert [(ring.chunk_id, ring.queue) for ring in sweep(db, slots=1)] == [(message.chunk_id, "interactive")]


@pytest.mark.parametrize("queue", ["interactive", "bulk"])
def test_unanswered_rings_come_again_ever_more_slowly(db: Database, queue: str) -> None:
    if queue == "interactive":
        chunk = accept_review(db, origin(), "good").chunk_id
    else:
        file_job(db, 1)
        chunk = sweep(db, slots=1)[0].chunk_id
    for factor in (1, 2, 4, 4):
        age(db, "rung_at", RESEND_S[queue] * factor - 1, [chunk])
        assert sweep(db, slots=1) == []
        age(db, "rung_at", RESEND_S[queue] * factor + 1, [chunk])
        assert [ring.chunk_id for ring in sweep(db, slots=1)] == [chunk]


def sweep_while_another_runs(db: Database) -> None:
    file_job(db, 4)
    with db.begin() as session:
        assert exclusive(session, SWEEP_LOCK)
        assert sweep(db, slots=2) == []
    assert len(sweep(db, slots=2)) == 2


def test_one_sweep_at_a_time_on_postgresql(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    db = Database(postgres_url)
    sweep_while_another_runs(db)
    drain(db)
    monkeypatch.setattr(sweeper, "exclusive", lambda session, key: True)
    with pytest.raises(AssertionError):
        sweep_while_another_runs(db)
    db.dispose()


def test_ten_sweeps_at_once_ring_each_chunk_once(db: Database) -> None:
    for _ in range(3):
        file_job(db, 10, chunk_rows=1)
    barrier = threading.Barrier(10)

    def one(_: int) -> list[int]:
        barrier.wait()
        return [ring.chunk_id for ring in sweep(db, slots=4)]

    with ThreadPoolExecutor(10) as pool:
        rung = [chunk for found in pool.map(one, range(10)) for chunk in found]
    assert len(rung) == len(set(rung)) == WINDOW * 4


def test_health_is_the_age_of_what_waits_for_a_worker(db: Database) -> None:
    assert queue_health(db) == type(queue_health(db))(None, 0, 0, 0)
    file_job(db, 10, chunk_rows=1)
    age(db, "created_at", 500, chunks(db, 1))
    health = queue_health(db)
    assert health.waiting_bulk == 10
    assert health.oldest_waiting_s is not None
    assert 500 <= health.oldest_waiting_s < 600  # nothing in flight: the sweeper itself is dead
    rings = sweep(db, slots=1)
    must(claim(db, rings[0].chunk_id))
    message = accept_review(db, origin(), "good")
    age(db, "queued_at", 30, [message.chunk_id])
    health = queue_health(db)
    assert (health.waiting_interactive, health.waiting_bulk, health.running) == (1, 9, 1)
    assert health.oldest_waiting_s is not None
    assert 30 <= health.oldest_waiting_s < 60  # what waits outside of the window waits by design


def test_what_one_sweep_does_not_take_up_the_next_one_does(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeper, "MOST", 2)
    ids = [accept_review(db, origin(), "good").chunk_id for _ in range(5)]
    age(db, "rung_at", 100, ids)
    rung = [[ring.chunk_id for ring in sweep(db, slots=1)] for _ in range(4)]
    assert rung == [ids[:2], ids[2:4], ids[4:], []]
    for chunk in ids:
        must(claim(db, chunk))
    age(db, "lease_until", 1, ids)
    freed = [len(sweep(db, slots=1)) for _ in range(4)]
    assert freed == [2, 2, 1, 0]


@pytest.mark.parametrize(("queue", "waits"), [("interactive", (5, 10, 20, 20)), ("bulk", (15, 30, 60, 60))])
def test_a_chunk_that_nobody_claims_is_published_ever_more_seldom(
    db: Database, queue: str, waits: tuple[int, ...]
) -> None:
    if queue == "interactive":
        chunk = accept_review(db, origin(), "good").chunk_id
    else:
        file_job(db, 1)
        chunk = sweep(db, slots=1)[0].chunk_id
    for wait in waits:
        age(db, "rung_at", wait - 1, [chunk])
        assert sweep(db, slots=1) == []
        age(db, "rung_at", wait + 1, [chunk])
        assert [ring.chunk_id for ring in sweep(db, slots=1)] == [chunk]


def test_health_counts_what_waits_and_what_runs(db: Database) -> None:
    for _ in range(3):
        accepted = accept_review(db, origin(), "good")
    file_job(db, 5, chunk_rows=1)
    must(claim(db, accepted.chunk_id))
    must(claim(db, sweep(db, slots=1)[0].chunk_id))
    health = queue_health(db)
    assert (health.waiting_interactive, health.waiting_bulk, health.running) == (2, 4, 2)
