"""The process that reads a file: watched, tied to its parent, kept ready."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from unittest.mock import Mock

import psutil
import pytest

from tests.fixtures.workers import wait_until
from tests.worker.files.helpers import csv_bytes
from tests.worker.sandbox.test_reading import opened, the_reader
from worker.files.errors import FileError
from worker.sandbox import process as process_module
from worker.sandbox.process import SPARE, ReaderFailed, ReaderProcess, ReaderStuck


def test_a_child_that_does_nothing_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process_module, "STUCK_S", 0.5)
    with opened(csv_bytes("review", *["a good film"] * 200_000), "a.csv") as reviews:
        rows = iter(reviews)
        next(rows)
        os.kill(the_reader().pid, signal.SIGSTOP)
        with pytest.raises(ReaderStuck) as stuck:
            list(rows)
    assert stuck.value.code == "reader_stuck"


def test_it_is_said_to_stand_still_after_a_minute() -> None:
    assert process_module.STUCK_S == 60


def test_the_child_dies_with_a_killed_parent() -> None:
    code = (
        "import time; from worker.sandbox.process import ReaderProcess\n"
        "reader = ReaderProcess(); print(reader.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))
    os.kill(child.pid, signal.SIGSTOP)  # it cannot see that its socket is closed
    parent.kill()
    parent.wait()
    parent.stdout.close()
    os.kill(child.pid, signal.SIGCONT)
    wait_until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE, 10, what="the child's death")


def test_a_spare_one_is_ready_and_replaced_when_it_died() -> None:
    try:
        SPARE.keep()
        first = SPARE.take()
        assert first.is_running()
        first.close()
        SPARE.refill()
        waiting = SPARE._waiting
        assert waiting is not None
        assert waiting.pid != first.pid
        os.kill(waiting.pid, signal.SIGKILL)
        wait_until(lambda: not waiting.is_running(), 10, what="its death")
        with SPARE.take() as other:
            assert other.is_running()
            assert other.pid != waiting.pid
    finally:
        SPARE.drop()


@pytest.mark.parametrize("ends", ["refused", "broken off", "killed"])
def test_a_spare_one_is_ready_after_a_file_that_was_not_read(ends: str) -> None:
    def read() -> None:
        if ends == "refused":
            with opened(b"\0", "a.xlsx"):
                pytest.fail("it is no workbook")
        with opened(csv_bytes("review", *["a good film"] * 200_000), "a.csv") as reviews:
            if ends == "broken off":
                raise InterruptedError
            os.kill(reviews._reader.pid, signal.SIGKILL)
            list(reviews)

    try:
        SPARE.keep()
        first = SPARE._waiting
        with pytest.raises((FileError, InterruptedError, ReaderFailed)):
            read()
        waiting = SPARE._waiting
        assert waiting is not None
        assert waiting is not first
        assert waiting.is_running()
    finally:
        SPARE.drop()


def test_the_error_of_a_file_passes_where_no_other_can_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    started = process_module.ReaderProcess
    monkeypatch.setattr(process_module, "ReaderProcess", Mock(side_effect=[started(), OSError("no memory")]))
    try:
        SPARE.keep()
        with pytest.raises(FileError), opened(b"\0", "a.xlsx"):
            pytest.fail("it is no workbook")
    finally:
        SPARE.drop()


def test_a_child_without_work_ends_when_its_worker_closes_the_door() -> None:
    reader = ReaderProcess()
    reader._socket.close()
    assert reader._process.wait(30) == 0
