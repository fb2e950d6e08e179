"""Files for property tests and fuzzing: valid ones of every kind, mutated inside and outside their packing."""

from __future__ import annotations

import csv
import io
import json
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import strategies as st

from tests.worker.files.helpers import pack, read, verdicts, xlsx_bytes
from worker.files.errors import FileError
from worker.files.limits import Limits
from worker.files.readers.delimited import Delimited
from worker.files.readers.joined import pattern_of
from worker.files.readers.open import open_table
from worker.files.readers.xlsx import Workbook
from worker.files.writers.write import write_scored

LIMITS: Final = Limits(max_rows=20_000, max_unpacked_bytes=64 << 20, max_review_chars=5_000)
FORMATS: Final = ("csv", "jsonl", "parquet", "xlsx", "json", "tsv")
PACKINGS: Final = ("", "gz", "zst", "zip")
SUFFIXES: Final = ("csv", "tsv", "txt", "jsonl", "ndjson", "json", "parquet", "xlsx")
MOST_SECONDS: Final = 20.0
MOST_MIB: Final = 600
ROWS: Final = [
    {"id": i, "review": text, "film": "Alien", "date": "2020-01-02"}
    for i, text in enumerate(["a good film", 'he said "no", twice', "zwei\nZeilen 😀", "=1+1", "فيلم", "x" * 300, ""])
]
TOKENS: Final = (
    b"", b"\0", b'"', b"\n", b"\r", b",", b"\xff", b"\xef\xbb\xbf", b"\xff\xfe", b"{", b"[[[[", b"}", b"]", b"\\ud83d",
    b"-1", b"9" * 400, b"1e999", b"NaN", b"PAR1", b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"\x1f\x8b\x08",
    b"(\xb5/\xfd", b"\xff\xff\xff\x7f", b"\xff\xff\xff\xff\x0f", b"\x80" * 9, b"\0\0\0\x80", b"<!DOCTYPE a [", b"<c ",
    b"</row>", b"&#0;", b"&a;", b't="s"', b"_xD83D_", b"sep=;\n", b"r='ZZZ1'", b"encoding='utf-16'",
)  # fmt: skip


def delimited(separator: str) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator)
    writer.writerows([list(ROWS[0]), *(row.values() for row in ROWS)])
    return out.getvalue().encode()


@lru_cache
def samples() -> dict[str, bytes]:
    """Valid files by name: every kind, and the odd ways to write Parquet."""
    table = pa.Table.from_pylist(ROWS)
    nested = table.append_column("tags", pa.array([[{"a": [1, None]}]] * len(ROWS)))
    parquet = {
        "plain": (table, {"compression": "none", "use_dictionary": False}),
        "dictionary": (table, {"compression": "zstd", "row_group_size": 3}),
        "nested": (nested, {"compression": "snappy"}),
        "delta": (table, {"use_dictionary": False, "column_encoding": {"review": "DELTA_BYTE_ARRAY"}}),
        "pages2": (table, {"data_page_version": "2.0", "compression": "gzip"}),
    }
    made: dict[str, bytes] = {}
    for name, (rows, options) in parquet.items():
        out = io.BytesIO()
        pq.write_table(rows, out, **options)
        made[f"{name}.parquet"] = out.getvalue()
    made |= {
        "a.csv": delimited(","),
        "a.tsv": delimited("\t"),
        "utf16.csv": delimited(";").decode().encode("utf-16"),
        "latin.csv": delimited(",").decode().encode("cp1252", "ignore"),
        "a.txt": "\n".join(str(row["review"]).replace("\n", " ") for row in ROWS).encode(),
        "a.jsonl": "\n".join(map(json.dumps, [*ROWS, "a bare string"])).encode(),
        "a.json": json.dumps(ROWS, ensure_ascii=False).encode(),
        "a.xlsx": xlsx_bytes([list(ROWS[0]), *(list(row.values()) for row in ROWS)]),
    }
    return made


@st.composite
def mutations(draw: st.DrawFn, most: int = 4) -> list[tuple[str, float, bytes, int]]:
    """What is done to a file: (operation, place as a share of its length, bytes, count)."""
    one = st.tuples(
        st.sampled_from(["insert", "overwrite", "cut", "delete", "repeat"]),
        st.floats(0, 1, exclude_max=True),
        st.one_of(st.sampled_from(TOKENS), st.binary(max_size=6)),
        st.integers(1, 60),
    )
    return draw(st.lists(one, max_size=most))


def mutated(data: bytes, changes: list[tuple[str, float, bytes, int]]) -> bytes:
    """The bytes after the changes."""
    for operation, share, token, count in changes:
        at = int(share * len(data))
        if operation == "insert":
            data = data[:at] + token * count + data[at:]
        elif operation == "overwrite":
            data = data[:at] + token + data[at + len(token) :]
        elif operation == "cut":
            data = data[:at]
        elif operation == "delete":
            data = data[:at] + data[at + count :]
        else:
            data = data[:at] + data[at : at + count * 8] * min(count, 12) + data[at + count * 8 :]
    return data


def in_one_part(data: bytes, number: int, changes: list[tuple[str, float, bytes, int]]) -> bytes:
    """A zip (a workbook) with one of its parts mutated, and its checksums right."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        names = old.namelist()
        for name in names:
            part = old.read(name)
            new.writestr(name, mutated(part, changes) if name == names[number % len(names)] else part)
    return out.getvalue()


@st.composite
def hostile_files(draw: st.DrawFn) -> tuple[bytes, str]:
    """(bytes, name): a valid file changed inside, packed, changed outside, and named well or badly."""
    name = draw(st.sampled_from(sorted(samples())))
    data = samples()[name]
    if name.endswith(".xlsx") and draw(st.booleans()):
        data = in_one_part(data, draw(st.integers(0, 20)), draw(mutations()))
    else:
        data = mutated(data, draw(mutations()))
    data, name = pack(data, name, draw(st.sampled_from(PACKINGS)))
    data = mutated(data, draw(mutations(most=2)))
    if draw(st.integers(0, 9)) == 0:
        name = f"a.{draw(st.sampled_from(SUFFIXES))}"
    return data, name


@st.composite
def random_files(draw: st.DrawFn) -> tuple[bytes, str]:
    """(bytes, name) of no format at all, behind the first bytes of one."""
    start = draw(st.sampled_from([*TOKENS, b"review,n\n", b'{"review":', b'[{"review":']))
    data, name = start + draw(st.binary(max_size=400)), f"a.{draw(st.sampled_from(SUFFIXES))}"
    return pack(data, name, draw(st.sampled_from(PACKINGS)))


def check(data: bytes, name: str, asked: str) -> None:
    """Reads and writes; anything but a FileError, a lost row, much time or much memory is a failure."""
    with bounded():
        try:
            rows = read(data, name, limits=LIMITS)
        except FileError as refused:
            check_sentence(str(refused))
            return
        assert [row.number for row in rows] == list(range(1, len(rows) + 1))
        assert all((row.text is None) == (row.problem is not None) for row in rows)
        for row in rows:
            ((row.text or "") + (row.film or "")).encode()  # what SQL is given
        out = io.BytesIO()
        try:
            made = write_scored(io.BytesIO(data), name, verdicts(rows), out, limits=LIMITS, format=asked)
        except FileError:
            raise AssertionError("a file that was read cannot be written") from None
        assert count_rows(out.getvalue(), made) == len(rows) + lines_around_header(data, name, made)


def lines_around_header(data: bytes, name: str, made: str) -> int:
    """Rows above the header and further header rows, which come back in the same format."""
    opened = open_table(io.BytesIO(data), name, LIMITS)
    try:
        like = pattern_of(opened.table)
        if not isinstance(like, Delimited | Workbook) or not made.endswith(f".{like.kind}"):
            return 0
        return len(like.above) + len(like.below)
    finally:
        opened.close()


def check_sentence(said: str) -> None:
    """What the user reads is one sentence on one line."""
    assert said.endswith(".")
    assert "\n" not in said


def count_rows(data: bytes, name: str) -> int:
    """Data rows of a file that we wrote."""
    if name.endswith((".csv", ".tsv")):
        lines = io.StringIO(data.decode("utf-8-sig", "surrogateescape"), newline="")
        return sum(1 for _ in csv.reader(lines, delimiter=_separator(data, name))) - 1
    if name.endswith((".jsonl", ".ndjson")):
        return sum(1 for line in data.split(b"\n") if json.loads(line or "{}"))
    if name.endswith(".parquet"):
        return int(pq.ParquetFile(io.BytesIO(data)).metadata.num_rows)
    if name.endswith(".json"):
        return len(json.loads(data) if data.startswith(b"[") else data.strip().split(b"\n"))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read("xl/worksheets/sheet1.xml").count(b"<row ") - 1


def _separator(data: bytes, name: str) -> str:
    opened = open_table(io.BytesIO(data), name, Limits(10**9, 1 << 40, 1 << 20))
    try:
        return opened.table.separator  # type: ignore[attr-defined]
    finally:
        opened.close()


told: Callable[[float, float], object] = lambda seconds, mib: None  # noqa: E731
"""Told what each file cost: seconds, and the most memory resident, in MiB."""


def tell_costs(tell: Callable[[float, float], object]) -> None:
    """From now on `tell` is called after every file."""
    global told
    told = tell


@contextmanager
def bounded() -> Iterator[None]:
    """AssertionError where the block takes very long, or very much memory (on Linux)."""
    before = _reset_peak()
    started = time.perf_counter()
    yield
    seconds = time.perf_counter() - started
    told(seconds, _peak())
    assert seconds < MOST_SECONDS, f"{seconds:.1f} s"
    grown = _peak() - before
    assert grown < MOST_MIB, f"{grown:.0f} MiB"


def _reset_peak() -> float:
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return float("inf")
    return _peak()


def _peak() -> float:
    """Highest resident memory since the last reset, MiB."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))
