"""`score_file`: a file scored in one process."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.worker.files.helpers import LIMITS, csv_bytes, jsonl_bytes, xlsx_bytes
from worker.files import score_file as score
from worker.files.errors import CannotOpen, FileError, NoTextColumn, TooManyRows
from worker.files.limits import Limits
from worker.files.score_file import score_file


@dataclass(frozen=True)
class Mark:
    label: str
    probability: float
    flags: tuple[str, ...]
    model: str
    stars: float | None = None


class ByLetter:
    """A scorer whose verdict is in the text: 'p...' positive, 'n...' negative, else uncertain."""

    def __init__(self) -> None:
        self.batches: list[int] = []

    def score(self, texts: list[str]) -> list[Mark]:
        self.batches.append(len(texts))
        kinds = {"p": ("positive", 0.9), "n": ("negative", 0.1)}
        return [Mark(*kinds.get(text[0], ("uncertain", 0.5)), flags=(), model=text) for text in texts]


def rows_of(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


def test_a_file_beside_the_source(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_bytes(csv_bytes("id,review", "1,p", "2,", "3,n", "4,x", "5", "6,p"))
    done: list[int] = []
    made = score_file(path, ByLetter(), limits=LIMITS, progress=done.append, rejected=tmp_path / "rejected.csv")  # type: ignore[arg-type]
    assert (made.rows, made.scored, made.rejected) == (6, 4, 2)
    assert (made.positive, made.negative, made.uncertain) == (2, 1, 1)
    assert made.output == tmp_path / "in.scored.csv"
    assert made.reviews_per_second > 0
    assert done == [6]
    assert [(row["id"], row["label"], row["model"]) for row in rows_of(made.output.read_bytes())] == [
        ("1", "positive", "p"), ("2", "", ""), ("3", "negative", "n"), ("4", "uncertain", "x"), ("5", "", ""),
        ("6", "positive", "p"),
    ]  # fmt: skip
    rejected = rows_of((tmp_path / "rejected.csv").read_bytes())
    assert [(row["row_number"], row["code"]) for row in rejected] == [("2", "empty"), ("5", "ragged")]
    assert {path.name for path in tmp_path.iterdir()} == {"in.csv", "in.scored.csv", "rejected.csv"}


@pytest.mark.parametrize(("size", "batches"), [(4096, [4096]), (4097, [4096, 1]), (9000, [4096, 4096, 808])])
def test_batches_join_without_seam(tmp_path: Path, size: int, batches: list[int]) -> None:
    path = tmp_path / "in.jsonl"
    path.write_bytes(jsonl_bytes(*({"review": f"p{i}"} for i in range(size))))
    scorer = ByLetter()
    made = score_file(path, scorer, limits=LIMITS, output=tmp_path / "out.csv")  # type: ignore[arg-type]
    assert (made.rows, made.scored, scorer.batches) == (size, size, batches)
    assert all(row["review"] == row["model"] for row in rows_of((tmp_path / "out.csv").read_bytes()))


def test_batches_of_rejected_rows_only(tmp_path: Path) -> None:
    path = tmp_path / "in.txt"
    path.write_bytes(b"p\n" + b"\n" * 9_000)
    made = score_file(path, ByLetter(), limits=LIMITS, rejected=tmp_path / "r.csv")  # type: ignore[arg-type]
    assert (made.rows, made.scored, made.rejected) == (9_001, 1, 9_000)
    assert len(rows_of((tmp_path / "r.csv").read_bytes())) == 9_000


def test_no_rejected_rows_no_file(tmp_path: Path) -> None:
    path = tmp_path / "in.txt"
    path.write_bytes(b"p\n")
    score_file(path, ByLetter(), limits=LIMITS, rejected=tmp_path / "r.csv")  # type: ignore[arg-type]
    assert not (tmp_path / "r.csv").exists()


@pytest.mark.parametrize(
    ("output", "format", "expected"),
    [
        (None, None, "in.scored.csv"),
        ("there", None, "there/in.scored.csv"),
        ("out.jsonl", None, "out.jsonl"),
        ("out.csv.gz", None, "out.csv.gz"),
        ("out.xlsx", None, "out.xlsx"),
        ("out", None, "out"),
        (None, "parquet", "in.scored.parquet"),
        ("out.bin", "tsv", "out.bin"),
    ],
)
def test_where_and_as_what_it_is_written(tmp_path: Path, output: str | None, format: str | None, expected: str) -> None:
    path = tmp_path / "in.csv"
    path.write_bytes(csv_bytes("id,review", "1,p"))
    (tmp_path / "there").mkdir()
    place = None if output is None else tmp_path / output
    made = score_file(path, ByLetter(), limits=LIMITS, output=place, format=format)  # type: ignore[arg-type]
    assert made.output == tmp_path / expected
    start = made.output.read_bytes()[:4]
    starts = {"jsonl": b'{"id', "gz": b"\x1f\x8b\x08\x00", "xlsx": b"PK\x03\x04", "parquet": b"PAR1", "bin": b"id\tr"}
    assert start == starts.get(expected.rpartition(".")[2], b"id,r")


class Pipe(io.RawIOBase):
    """Standard input: bytes that come once."""

    def __init__(self, data: bytes) -> None:
        self._rest = io.BytesIO(data)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        return self._rest.readinto(buffer)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_standard_input_to_standard_output(kind: str) -> None:
    data = csv_bytes("id,review", "1,p") if kind == "csv" else xlsx_bytes([["id", "review"], [1, "p"]])
    out = io.BytesIO()
    made = score_file(Pipe(data), ByLetter(), limits=LIMITS, filename=f"stdin.{kind}", output=out, format="csv")  # type: ignore[arg-type]
    assert made.output is None
    assert rows_of(out.getvalue())[0]["label"] == "positive"


def test_a_failed_run_leaves_no_file(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_bytes(csv_bytes("id,n", "1,2"))
    with pytest.raises(NoTextColumn):
        score_file(path, ByLetter(), limits=LIMITS)  # type: ignore[arg-type]
    path.write_bytes(csv_bytes("review", *["p"] * 50))
    with pytest.raises(TooManyRows):
        score_file(path, ByLetter(), limits=Limits(49, 1 << 20, 100))  # type: ignore[arg-type]
    assert [p.name for p in tmp_path.iterdir()] == ["in.csv"]


@pytest.mark.parametrize("which", ["source", "output", "rejected"])
def test_paths_that_do_not_open_are_plain_errors(tmp_path: Path, which: str) -> None:
    path = tmp_path / "in.csv"
    path.write_bytes(csv_bytes("review,n", "p"))
    missing = tmp_path / "none" / "x.csv"
    places = {"output": tmp_path / "out.csv", "rejected": tmp_path / "r.csv"} | {which: missing}
    source = places.pop("source", path)
    with pytest.raises(CannotOpen, match=r"none.*cannot be opened \(No such file"):
        score_file(source, ByLetter(), limits=LIMITS, **places)  # type: ignore[arg-type]


def test_a_broken_scorer_is_not_called_a_broken_file(tmp_path: Path) -> None:
    class Broken:
        def score(self, texts: list[str]) -> list[Mark]:
            raise ArithmeticError

    path = tmp_path / "in.csv"
    path.write_bytes(csv_bytes("review", "p"))
    with pytest.raises(ArithmeticError):
        score_file(path, Broken(), limits=LIMITS)  # type: ignore[arg-type]
    assert not issubclass(ArithmeticError, FileError)
    assert [p.name for p in tmp_path.iterdir()] == ["in.csv"]
    assert score.BATCH_ROWS == 4096
