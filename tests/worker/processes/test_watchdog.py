"""A watchdog: it ends a Celery process that takes nothing while messages wait, and no other."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from celery.worker import state

from common.broker.celery_config import LOADING_S
from common.broker.job_signals import JobSignals
from common.broker.names import BULK, INTERACTIVE
from common.process import exit_codes
from worker.processes import watchdog as module
from worker.processes.watchdog import EVERY_S, LOOKS, Watchdog, messages_of, works


class Celery:
    """What Celery says of itself, for tests to set."""

    def __init__(self) -> None:
        self.all_total_count, self.active_requests = [0], list[Any]()

    def takes(self) -> None:
        self.all_total_count[0] += 1


@pytest.fixture
def celery(monkeypatch: pytest.MonkeyPatch) -> Celery:
    for name in vars(Celery()):
        assert hasattr(state, name), "Celery calls it differently now"
    made = Celery()
    monkeypatch.setattr(module, "state", made)
    return made


@pytest.fixture
def gone() -> int:
    """The number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-S", "-c", "pass"])
    process.wait()
    return process.pid


def looks_until_deaf(watchdog: Watchdog, most: int = 100) -> int | None:
    return next((look for look in range(1, most) if watchdog.finds_it_deaf()), None)


def test_a_process_that_takes_nothing_while_messages_wait_is_deaf(celery: Celery) -> None:
    watchdog = Watchdog(lambda: 1)
    celery.takes()
    assert not watchdog.finds_it_deaf()
    assert looks_until_deaf(watchdog) == LOOKS
    assert LOOKS * EVERY_S > LOADING_S, "it would end a process whose pool still loads"


def test_one_that_works_or_has_nothing_to_do_is_not_deaf(celery: Celery) -> None:
    assert looks_until_deaf(Watchdog(lambda: 0)) is None
    celery.active_requests.append(SimpleNamespace(worker_pid=os.getpid()))  # a file takes an hour
    assert looks_until_deaf(Watchdog(lambda: 1)) is None


def test_a_task_of_a_killed_process_is_no_work(celery: Celery, gone: int) -> None:
    celery.active_requests += [SimpleNamespace(worker_pid=gone), SimpleNamespace(worker_pid=None)]
    assert looks_until_deaf(Watchdog(lambda: 1)) == LOOKS


def test_a_task_that_begins_during_a_look_is_work_and_ends_no_looks(celery: Celery) -> None:
    """An error would end the thread, and nobody would look any more."""
    running = {1, 2}

    def requests() -> Iterator[Any]:
        for one in running:
            running.add(3)
            yield SimpleNamespace(worker_pid=one)

    assert works(requests())


def test_each_task_that_is_taken_and_each_empty_queue_begins_the_count_anew(celery: Celery) -> None:
    waiting = [1]
    watchdog = Watchdog(lambda: waiting[0])
    for turn in range(4):
        for _ in range(LOOKS - 1):
            assert not watchdog.finds_it_deaf()
        if turn % 2:
            celery.takes()
        waiting[0] = turn % 2
        assert not watchdog.finds_it_deaf()
        waiting[0] = 1


def test_it_ends_the_process_so_that_the_supervisor_starts_another(
    celery: Celery, redis_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    signals, ended = JobSignals(redis_url), list[int]()
    mine, other = messages_of(signals, [INTERACTIVE]), messages_of(signals, [INTERACTIVE, BULK])
    assert (mine(), other()) == (0, 0)
    assert signals.publish_chunk(1, "score", BULK)
    assert signals.publish_chunk(2, "score", BULK)
    assert (mine(), other()) == (0, 2)
    watchdog = Watchdog(other, every_s=0.0, end=ended.append)
    watchdog.start()
    watchdog.join(60)
    assert ended == [exit_codes.TRY_AGAIN]
    assert "no message is taken" in caplog.text


def test_a_broker_that_is_away_makes_nobody_deaf() -> None:
    assert messages_of(JobSignals("unix:///nowhere/valkey.sock"), [BULK])() == 0
