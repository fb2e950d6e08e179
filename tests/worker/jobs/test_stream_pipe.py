"""What is written in one thread and stored in another: every byte once, in order, and no writer left behind."""

from __future__ import annotations

import threading
from typing import BinaryIO

import pytest

from worker.jobs.stream_pipe import PART_BYTES, QUEUED_PARTS, StreamPipe


def writers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "stream-pipe"]


def test_all_that_is_written_comes_in_order_and_the_answer_with_it() -> None:
    pieces = [bytes([number % 251]) * 300_000 for number in range(40)]

    def write(out: BinaryIO) -> str:
        for piece in pieces:
            assert out.write(piece) == len(piece)
        return "scored.csv"

    with StreamPipe(write) as piped:
        parts = list(piped)
        assert piped.result == "scored.csv"
    assert b"".join(parts) == b"".join(pieces)
    assert min(map(len, parts[:-1])) >= PART_BYTES
    assert writers() == []


def test_an_error_of_the_writer_is_raised_after_what_came_before_it() -> None:
    def write(out: BinaryIO) -> str:
        out.write(b"x" * PART_BYTES)
        raise FileNotFoundError("gone")

    seen: list[bytes] = []
    with pytest.raises(FileNotFoundError, match="gone"), StreamPipe(write) as piped:
        seen.extend(piped)
    assert [len(part) for part in seen] == [PART_BYTES]
    assert writers() == []


def test_a_reader_that_goes_takes_an_endless_writer_along() -> None:
    written = 0

    def write(out: BinaryIO) -> str:
        nonlocal written
        while True:
            written += out.write(b"x" * PART_BYTES)

    with StreamPipe(write) as piped:
        assert next(iter(piped))
    assert writers() == []
    assert written <= (2 * QUEUED_PARTS + 4) * PART_BYTES
