"""One row, one reader, one writer: a format of paragraphs is read, scored and written, packed and unpacked."""

from __future__ import annotations

import gzip
import io
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import IO

import pytest

from common import file_formats
from common.file_formats import FORMATS, FileFormat
from tests.worker.files.helpers import LIMITS, csv_bytes, read, zip_bytes
from tests.worker.files.test_score_file import ByLetter
from worker.files.cells import as_text
from worker.files.errors import UnsupportedFormat, UnsupportedType
from worker.files.limits import Limits
from worker.files.readers.open import READERS
from worker.files.score_file import score_file
from worker.files.table import Record, Table
from worker.files.writers.verdicts import Verdicts, rows
from worker.files.writers.write import WRITERS

PARAGRAPHS = b"p: fine\n\nn: weak\n\n   \n\np: moving\n"


class Paragraphs(Table):
    """Reviews between blank lines."""

    def __init__(self, file: IO[bytes], limits: Limits, text_column: str | None) -> None:
        super().__init__("paras")
        self._file = file
        self.titles = self.columns = ["review"]

    def records(self, needed: Collection[int] | None = None) -> Iterator[Record]:
        self._file.seek(0)
        for paragraph in self._file.read().decode().split("\n\n"):
            yield [paragraph.strip("\n")]


def write_paragraphs(table: Table, verdicts: Verdicts, names: tuple[str, ...], stream: IO[bytes]) -> None:
    for cells, verdict in zip(rows(table), verdicts, strict=False):
        head = "-" if verdict.label is None else f"{names[0]}={verdict.label}"
        stream.write(f"[{head}] {as_text(cells[0])}\n\n".encode())


@pytest.fixture(autouse=True)
def new_format(monkeypatch: pytest.MonkeyPatch) -> None:
    row = FileFormat("paras", (".paras",), "file of paragraphs")
    monkeypatch.setattr(file_formats, "FORMATS", (*FORMATS, row))
    monkeypatch.setitem(READERS, "paras", Paragraphs)
    monkeypatch.setitem(WRITERS, "paras", write_paragraphs)


WRITTEN = (
    "[label=positive] p: fine\n\n[label=negative] n: weak\n\n[-]    \n\n[label=positive] p: moving\n\n"
)  # fmt: skip


def test_it_is_scored_and_comes_back_as_it_came(tmp_path: Path) -> None:
    path = tmp_path / "reviews.paras"
    path.write_bytes(PARAGRAPHS)
    made = score_file(path, ByLetter(), limits=LIMITS)  # type: ignore[arg-type]
    assert (made.rows, made.scored, made.rejected) == (4, 3, 1)
    assert made.output == tmp_path / "reviews.scored.paras"
    assert made.output.read_text() == WRITTEN


def test_it_may_be_packed() -> None:
    assert [row.text for row in read(gzip.compress(PARAGRAPHS), "a.paras.gz")][::3] == ["p: fine", "p: moving"]
    assert len(read(zip_bytes({"folder/a.paras": PARAGRAPHS}), "a.zip")) == 4


@pytest.mark.parametrize(("name", "asked"), [("in.csv", "paras"), ("in.csv", "paras.gz")])
def test_another_format_becomes_it(name: str, asked: str) -> None:
    out = io.BytesIO()
    score_file(
        io.BytesIO(csv_bytes("review", "p: fine")), ByLetter(),  # type: ignore[arg-type]
        limits=LIMITS, output=out, filename=name, format=asked,
    )  # fmt: skip
    plain = gzip.decompress(out.getvalue()) if asked.endswith(".gz") else out.getvalue()
    assert plain == b"[label=positive] p: fine\n\n"


def test_the_name_of_the_output_asks_for_it(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_bytes(csv_bytes("review", "p: fine"))
    made = score_file(source, ByLetter(), limits=LIMITS, output=tmp_path / "out.paras")  # type: ignore[arg-type]
    assert made.output is not None
    assert made.output.read_bytes() == b"[label=positive] p: fine\n\n"


def test_without_its_row_it_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_formats, "FORMATS", FORMATS)
    with pytest.raises(UnsupportedType):
        read(PARAGRAPHS, "a.paras")
    with pytest.raises(UnsupportedFormat):
        score_file(
            io.BytesIO(csv_bytes("review", "p")), ByLetter(),  # type: ignore[arg-type]
            limits=LIMITS, output=io.BytesIO(), filename="in.csv", format="paras",
        )  # fmt: skip
