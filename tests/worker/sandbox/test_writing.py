"""The scored copy that a process of its own writes is the one that is written here."""

from __future__ import annotations

import io
import os
import signal
import tempfile
from collections.abc import Iterator

import pytest

from tests.worker.files.helpers import LIMITS, csv_bytes, jsonl_bytes, pack, parquet_bytes, read, verdicts, write
from tests.worker.sandbox.test_reading import nothing
from worker.files.errors import FileError
from worker.files.options import NOTHING_SAID
from worker.files.writers.verdicts import Scored
from worker.jobs.lease_keeper import LeaseLost
from worker.sandbox import process as process_module
from worker.sandbox.frames import VERDICTS
from worker.sandbox.process import ReaderProcess, ReaderStuck
from worker.sandbox.scratch import scratch_folder
from worker.sandbox.writing import write_guarded


def written(
    data: bytes, name: str, marks: Iterator[Scored], format: str | None = None, *, aspects: bool = False
) -> tuple[bytes, str]:
    out = io.BytesIO()
    with scratch_folder() as scratch, tempfile.TemporaryFile(dir=scratch) as file, ReaderProcess() as reader:
        file.write(data)
        file.flush()
        made = write_guarded(
            reader, file, name, scratch, marks, out,
            limits=LIMITS, format=format, options=NOTHING_SAID, check=nothing, aspects=aspects,
        )  # fmt: skip
    return out.getvalue(), made


@pytest.mark.parametrize(
    ("data", "name", "format"),
    [
        (csv_bytes("id,review", *(f"{n},a good film {n}" for n in range(5_000))), "a.csv", None),
        (csv_bytes("review", "good", "", "fine"), "a.csv", "jsonl.gz"),
        (jsonl_bytes({"review": "x"}, "y"), "a.jsonl", "parquet"),
        (parquet_bytes({"review": ["good", None]}), "a.parquet", None),
        (*pack(csv_bytes("review", "good"), "a.csv", "zip"), None),
    ],
)
def test_the_same_file_comes_out_of_the_child(data: bytes, name: str, format: str | None) -> None:
    made, called = written(data, name, verdicts(read(data, name)), format)
    expected, also_called = write(data, name, format=format)
    assert called == also_called
    assert len(made) == len(expected)
    if not name.endswith("zip"):  # which holds the time
        assert made == expected


def test_verdicts_with_aspects_go_in_small_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each may bring 20 kB."""
    sent: list[int] = []
    send = ReaderProcess.send

    def counting(reader: ReaderProcess, kind: bytes, value: object) -> None:
        if kind == VERDICTS:
            assert isinstance(value, list)
            sent.append(len(value))
        send(reader, kind, value)

    monkeypatch.setattr(ReaderProcess, "send", counting)
    marks: Iterator[Scored] = ((row, "positive", 0.5, (), "m", None, f"[{row}]") for row in range(1, 501))
    made, _ = written(csv_bytes("review", *["a good film"] * 500), "a.csv", marks, aspects=True)
    assert [line.rsplit(b",", 1)[1] for line in made.splitlines()[1:]] == [b"[%d]" % row for row in range(1, 501)]
    assert sent == [100] * 5, "as many as are read at a time"


def test_a_refusal_comes_back() -> None:
    with pytest.raises(FileError) as refused:
        written(b"PAR1" + bytes(50), "a.parquet", iter(()))
    assert refused.value.code == "broken_file.parquet_cut_short"


def test_what_goes_wrong_with_the_verdicts_is_no_fault_of_the_file() -> None:
    class Away(Exception):
        pass

    def marks() -> Iterator[Scored]:
        raise Away
        yield

    with pytest.raises(Away):
        written(csv_bytes("review", "good"), "a.csv", marks())


@pytest.mark.parametrize("wanted", [True, False])
def test_a_child_that_takes_no_verdicts_holds_nobody(monkeypatch: pytest.MonkeyPatch, wanted: bool) -> None:
    """It stops while a message is under way that no buffer holds: it is killed, and at once when nobody wants it."""
    monkeypatch.setattr(process_module, "STUCK_S", 0.5 if wanted else 60)
    cancelled = False

    def check() -> None:
        if cancelled:
            raise LeaseLost

    def marks(pid: int) -> Iterator[Scored]:
        nonlocal cancelled
        os.kill(pid, signal.SIGSTOP)
        cancelled = not wanted
        for number in range(1, 5_001):
            yield (number, "positive", 0.9, "x" * 10_000, "m", None)

    data = csv_bytes("review", *["good"] * 5_000)
    with scratch_folder() as scratch, tempfile.TemporaryFile(dir=scratch) as file, ReaderProcess() as reader:
        file.write(data)
        file.flush()
        with pytest.raises(ReaderStuck if wanted else LeaseLost):
            write_guarded(
                reader,
                file,
                "a.csv",
                scratch,
                marks(reader.pid),
                io.BytesIO(),
                limits=LIMITS,
                format=None,
                options=NOTHING_SAID,
                check=check,
            )
