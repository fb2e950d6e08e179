"""Children: ready when they say so, back when they die, gone when their supervisor goes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import psutil
import pytest

from tests.fixtures.workers import wait_until
from worker.processes.supervisor import Child, StopSignals, stop_all

READY = "import time; from common.process.readiness import say_ready; say_ready(); time.sleep(60)"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + READY


@pytest.fixture
def signals() -> Iterator[StopSignals]:
    """The main thread's signals, put back afterwards."""
    kept = {n: signal.getsignal(n) for n in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD)}
    yield StopSignals()
    for number, handler in kept.items():
        signal.signal(number, handler)


def python(code: str) -> Child:
    return Child("child", [sys.executable, "-c", code])


def ready(child: Child) -> bool:
    child.check()
    return child.ready


def test_a_child_says_that_it_is_ready_and_stops_when_asked(signals: StopSignals) -> None:
    child = python(READY)
    child.start()
    assert not child.ready
    wait_until(lambda: ready(child))
    stop_all([child], signals, timeout_s=10)
    assert not child.is_running()


def test_a_nice_child_and_its_own_children_run_after_others(signals: StopSignals) -> None:
    spawns = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); "
    child = Child("child", [sys.executable, "-c", spawns + READY], niceness=7)
    child.start()
    wait_until(lambda: ready(child))
    process = psutil.Process(child.pid)
    ours = os.getpriority(os.PRIO_PROCESS, 0)
    assert [one.nice() for one in (process, *process.children())] == [min(19, ours + 7)] * 2
    for one in process.children():
        one.kill()
    stop_all([child], signals, timeout_s=10)


def test_a_dead_child_is_reported_once_and_started_again(signals: StopSignals) -> None:
    child = python(READY)
    child.start()
    wait_until(lambda: ready(child))
    first = child.pid
    child.send(signal.SIGKILL)
    codes: list[int] = []

    def back() -> bool:
        code = child.check()
        if code is not None:
            codes.append(code)
        return child.ready and child.pid != first

    wait_until(back)
    assert codes == [-signal.SIGKILL]
    assert child.starts == 2
    stop_all([child], signals, timeout_s=10)


def test_a_child_that_does_not_stop_is_killed(signals: StopSignals) -> None:
    child = python(STUBBORN)
    child.start()
    wait_until(lambda: ready(child))
    stop_all([child], signals, timeout_s=0.3)
    assert not child.is_running()


def test_a_second_stop_signal_ends_the_patience(signals: StopSignals) -> None:
    child = python(STUBBORN)
    child.start()
    wait_until(lambda: ready(child))
    os.kill(os.getpid(), signal.SIGINT)
    os.kill(os.getpid(), signal.SIGINT)
    stop_all([child], signals, timeout_s=60)
    assert not child.is_running()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ties a process to its parent")
def test_no_child_outlives_a_supervisor_that_is_killed() -> None:
    code = (
        "import sys, time; from worker.processes.supervisor import Child\n"
        "child = Child('c', ['/bin/sleep', '60']); child.start(); print(child.pid, flush=True); time.sleep(60)"
    )
    supervisor = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert supervisor.stdout is not None
    child = psutil.Process(int(supervisor.stdout.readline()))
    wait_until(lambda: child.name() == "sleep", what="sleep in the place of what ties it")
    supervisor.kill()
    supervisor.wait()
    child.wait(5)
