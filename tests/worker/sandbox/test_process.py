"""The process that reads a file: watched, tied to its parent, kept ready."""

from __future__ import annotations

import errno
import itertools
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import Mock

import psutil
import pytest

from tests.fixtures.workers import wait_until
from tests.worker.files.helpers import csv_bytes
from tests.worker.sandbox.test_reading import opened, the_reader
from worker.files.errors import FileError, TooCostly
from worker.sandbox import frames
from worker.sandbox import process as process_module
from worker.sandbox.allowance import Allowance
from worker.sandbox.frames import Frames
from worker.sandbox.process import SPARE, ReaderFailed, ReaderProcess, ReaderStuck
from worker.sandbox.scratch import scratch_folder


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


@contextmanager
def played() -> Iterator[tuple[ReaderProcess, socket.socket]]:
    """A reader, and the other end of its socket, at which the test plays the child."""
    with ReaderProcess() as reader:
        reader._socket.close()
        ours, theirs = socket.socketpair()
        reader._socket, reader._frames = ours, Frames(ours)
        with theirs:
            yield reader, theirs


@pytest.mark.parametrize(
    ("kind", "told", "raised"),
    [
        (frames.REFUSED, {"code": "memory", "values": {}}, TooCostly),
        (frames.REFUSED, {"code": "empty_file", "values": {}}, FileError),
        (frames.MACHINE, errno.ENOSPC, OSError),
        (frames.CRASHED, "KeyError", ReaderFailed),
        (frames.MORE, None, ReaderFailed),
        (None, None, ReaderFailed),
    ],
)
def test_what_a_child_said_last_is_heard_by_who_was_writing_to_it(
    kind: bytes | None, told: object, raised: type[Exception]
) -> None:
    with played() as (reader, child):
        if kind is not None:
            Frames(child).send_json(kind, told)
        child.close()
        reader._process.kill()
        with pytest.raises(raised) as met:
            reader.send(frames.VERDICTS, ["x" * 1_000_000])
    assert met.type is raised


def test_a_child_that_says_a_word_now_and_then_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """Taken over by a hostile file it could: that is progress, and takes no time of a processor."""
    clock = itertools.count(step=20.0)
    monkeypatch.setattr(process_module.time, "monotonic", lambda: float(next(clock)))
    allowance = Allowance(cpu_s=30, scratch_bytes=1 << 20, file_bytes=1 << 20)
    with scratch_folder() as scratch, tempfile.TemporaryFile() as file, played() as (reader, child):
        reader.begin(file, scratch, {}, allowance, lambda: None)
        for _ in range(100):
            Frames(child).send(frames.ROWS)
        with pytest.raises(ReaderFailed) as met:
            list(iter(reader.receive, None))
    assert met.value.how == "waited for 180 s"


def test_a_child_without_work_ends_when_its_worker_closes_the_door() -> None:
    reader = ReaderProcess()
    reader._socket.close()
    assert reader._process.wait(30) == 0
