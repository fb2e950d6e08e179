"""Packing of what is written."""

from __future__ import annotations

import gc
import gzip
import io
import zipfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import IO, cast

import pytest

from tests.worker.files.helpers import (
    csv_bytes,
    write,
)
from worker.files.writers.aspects import clauses_writer
from worker.files.writers.output import packed
from worker.files.writers.target import Target
from worker.files.writers.write import rejected_writer


def test_outputs_are_packed_as_asked() -> None:
    data = csv_bytes("review", "a good film")
    plain, _ = write(data, "a.csv")
    packed, name = write(data, "a.csv", format="csv.gz")
    assert (gzip.decompress(packed), name) == (plain, "a.scored.csv.gz")
    packed, name = write(data, "a.csv", format="csv.zip")
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.namelist() == ["a.scored.csv"]
        assert archive.read("a.scored.csv") == plain


def broken_off(writer: Callable[[IO[bytes]], AbstractContextManager[object]], out: IO[bytes]) -> list[object]:
    """What is still held, with text that was not written yet, after something went wrong."""
    held: list[object] = []

    def work(stream: object) -> None:
        held.append(stream)
        if isinstance(stream, io.IOBase):  # as the writers of formats do
            text = io.TextIOWrapper(cast(IO[bytes], stream), write_through=False)
            text.write("held")
            held.append(text)
        raise ArithmeticError

    with pytest.raises(ArithmeticError), writer(out) as stream:
        work(stream)
    return held


@pytest.mark.parametrize(
    "writer",
    [
        rejected_writer,
        clauses_writer,
        lambda out: packed(out, Target("csv", None, "a.csv", "a.csv")),
        lambda out: packed(out, Target("csv", "gz", "a.csv", "a.csv.gz")),
        lambda out: packed(out, Target("csv", "zip", "a.csv", "a.csv.zip")),
        lambda out: packed(out, Target("csv", "zst", "a.csv", "a.csv.zst")),
    ],
    ids=["rejected", "clauses", "plain", "gz", "zip", "zst"],
)
def test_after_an_error_nothing_more_is_written(
    writer: Callable[[IO[bytes]], AbstractContextManager[object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither to the file nor, where it is closed by then, as a complaint to the terminal (Python 3.13 and newer)."""
    late: list[str] = []

    class Out(io.BytesIO):
        ended = False

        def write(self, data: object) -> int:
            if self.ended:
                late.append("written")
            return super().write(data)  # type: ignore[arg-type]

    out = Out()
    monkeypatch.setattr("sys.unraisablehook", lambda told: late.append(str(told.exc_value)))
    held = broken_off(writer, out)
    out.ended = True
    held.clear()
    gc.collect()
    assert late == []
