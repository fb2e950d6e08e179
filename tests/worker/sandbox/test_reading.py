"""A file read by a process of its own gives what it gives when it is read here, and its faults stay there."""

from __future__ import annotations

import gzip
import os
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.worker.files.helpers import LIMITS, csv_bytes, jsonl_bytes, parquet_bytes, read, xlsx_bytes
from worker.files.errors import AmbiguousColumn, FileError, TooCostly
from worker.files.limits import Limits
from worker.files.options import ReadOptions
from worker.files.review_file import Row
from worker.sandbox import reading
from worker.sandbox.allowance import Allowance
from worker.sandbox.process import ReaderFailed
from worker.sandbox.reading import GuardedReviews, guarded_reviews
from worker.sandbox.scratch import scratch_folder

pytestmark = pytest.mark.slow  # every test has readers of its own, which are processes


def nothing() -> None:
    """Work that is always wanted."""


@contextmanager
def opened(
    data: bytes, name: str, *, limits: Limits = LIMITS, check: Callable[[], None] = nothing, **columns: Any
) -> Iterator[GuardedReviews]:
    options = ReadOptions(**columns)
    with scratch_folder() as scratch, tempfile.TemporaryFile(dir=scratch) as file:
        file.write(data)
        file.flush()
        with guarded_reviews(file, name, scratch, options=options, limits=limits, check=check) as reviews:
            yield reviews


def rows(data: bytes, name: str, *, limits: Limits = LIMITS) -> list[Row]:
    with opened(data, name, limits=limits) as reviews:
        return list(reviews)


def the_reader() -> psutil.Process:
    """The child at work."""
    found = [one for one in psutil.Process().children() if "worker.sandbox.child" in one.cmdline()]
    assert len(found) == 1
    return found[0]


LINES = [f"{n},a good film {n},Alien {n % 3},2020-01-{n % 28 + 1:02}" for n in range(2_500)]


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (csv_bytes("id,review,film,date", *LINES), "a.csv"),
        (csv_bytes("id,review", "1,good", "2,", "3,x,y", "4,fine", "5," + "x" * 5_001), "a.csv"),
        (csv_bytes("review", *["ü😀\t\0 film"] * 3), "a.csv"),
        (jsonl_bytes({"review": "x\ud83d", "film": None}, [1], "y", {"film": "A"}), "a.jsonl"),
        (gzip.compress(csv_bytes("review", *["x"] * 1_001)), "a.csv.gz"),
        (parquet_bytes({"review": ["good", None, "fine"], "film": ["A", "B", None]}), "a.parquet"),
        (xlsx_bytes([["review", "film"], ["good", "A"], [None, "B"], [7, None]]), "a.xlsx"),
    ],
)
def test_the_same_rows_come_out_of_the_child(data: bytes, name: str) -> None:
    assert rows(data, name) == read(data, name)


def test_columns_and_notes_come_first() -> None:
    data = csv_bytes("Export of the club", "", "id,text,film,date", "1,a good one,x,1/2/2024")
    with opened(data, "a.csv", text_column="text") as reviews:
        assert reviews.columns == {"text": "text", "film": "film", "date": "date", "stars": None}
        assert reviews.notes == [
            ("read_note.month_first", {"column": "date"}),
            ("read_note.lines_skipped", {"count": 1}),
        ]


@pytest.mark.parametrize(
    ("data", "name", "limits"),
    [
        (b"", "a.csv", LIMITS),
        (b"x", "a.exe", LIMITS),
        (csv_bytes("review", *["x"] * 11), "a.csv", Limits(10, 1 << 20, 100)),
        (csv_bytes("id,n", "1,2"), "a.csv", LIMITS),
        (b"PAR1" + bytes(50), "a.parquet", LIMITS),
        (b'[{"review": "good"}, {"review": ', "a.json", LIMITS),
    ],
)
def test_a_refusal_keeps_its_code_and_values(data: bytes, name: str, limits: Limits) -> None:
    with pytest.raises(FileError) as here:
        read(data, name, limits=limits)
    with pytest.raises(FileError) as there:
        rows(data, name, limits=limits)
    assert there.value.code == here.value.code
    assert str(there.value) == str(here.value)


def test_a_question_for_the_column_keeps_its_candidates() -> None:
    with pytest.raises(AmbiguousColumn) as asked:
        rows(csv_bytes("text,comment", "one two three four,five six seven eight"), "a.csv")
    assert set(asked.value.candidates) == {"text", "comment"}


def test_a_killed_child_is_a_failed_attempt() -> None:
    def read_and_kill() -> None:
        with opened(csv_bytes("review", *["a good film"] * 50_000), "a.csv") as reviews:
            for row in reviews:
                if row.number == 1:
                    the_reader().kill()

    with pytest.raises(ReaderFailed, match="-9") as died:
        read_and_kill()
    assert died.value.code == "reader_died"
    assert not [one for one in psutil.Process().children() if "worker.sandbox.child" in one.cmdline()]


def test_who_stops_early_leaves_no_process_behind() -> None:
    with opened(csv_bytes("review", *["a good film"] * 50_000), "a.csv") as reviews:
        next(iter(reviews))
        pid = the_reader().pid
    assert not psutil.pid_exists(pid)


def test_no_secret_goes_to_the_child(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "secret")
    monkeypatch.setenv("REELFEEL_TEXT_KEYS", "secret")
    monkeypatch.setenv("DATABASE_URL", "secret")
    with opened(csv_bytes("review", *["a good film"] * 50_000), "a.csv"):
        assert "secret" not in Path(f"/proc/{the_reader().pid}/environ").read_text(encoding="utf-8")


def allowed(monkeypatch: pytest.MonkeyPatch, *, cpu_s: int = 60, scratch: int = 1 << 30, file: int = 1 << 30) -> None:
    allowance = Allowance(cpu_s, scratch, file)
    monkeypatch.setattr(reading.Allowance, "of", lambda sent, limits: allowance)


def test_processor_time_beyond_the_allowance_is_one_plain_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    allowed(monkeypatch, cpu_s=1)
    big = Limits(10**9, 1 << 30, 5_000)
    data = gzip.compress(csv_bytes("review,film", *[f"a good film {n},Alien {n}" for n in range(1_000_000)]), 1)
    with pytest.raises(TooCostly) as refused:
        rows(data, "a.csv.gz", limits=big)
    assert (refused.value.code, refused.value.values) == ("too_costly.time", {"wait": 1})


@pytest.mark.parametrize("what", ["file", "scratch"])
def test_room_on_disk_beyond_the_allowance_is_one_plain_reason(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    allowed(monkeypatch, **{what: 9 << 20})
    data = gzip.compress(csv_bytes("review", *["a good film that we liked"] * 600_000), 1)
    with pytest.raises(TooCostly) as refused:
        rows(data, "a.csv.gz", limits=Limits(10**9, 1 << 30, 5_000))
    assert refused.value.code == "too_costly.scratch"


def test_memory_beyond_the_allowance_is_one_plain_reason() -> None:
    """A host who allows reviews of a gigabyte; the reader is still bound."""
    data = gzip.compress(b"review\n" + (b"xy" * 512 + b" ") * (400 << 10), 1)
    with pytest.raises(TooCostly) as refused:
        rows(data, "a.txt.gz", limits=Limits(10, 1 << 30, 1 << 29))
    assert refused.value.code == "too_costly.memory"
    assert "600 MiB" in str(refused.value)


class NotWanted(Exception):
    """The job was cancelled."""


def test_a_child_that_stands_still_is_ended_when_nobody_wants_it() -> None:
    cancelled = False

    def check() -> None:
        if cancelled:
            raise NotWanted

    with opened(csv_bytes("review", *["a good film"] * 200_000), "a.csv", check=check) as reviews:
        rows = iter(reviews)
        next(rows)
        child = the_reader()
        os.kill(child.pid, signal.SIGSTOP)
        cancelled = True
        with pytest.raises(NotWanted):
            list(rows)
    assert not psutil.pid_exists(child.pid)
