"""What holds for every file: properties that the tests run for seconds and `make fuzz` for minutes."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given
from hypothesis import strategies as st

from common.formulas import defused
from tests.worker.files.helpers import pack, read, verdicts, xlsx_bytes
from tests.worker.scenarios.hostile_files import (
    FORMATS,
    LIMITS,
    PACKINGS,
    bounded,
    check,
    hostile_files,
    in_one_part,
    mutated,
    mutations,
    random_files,
    samples,
)
from worker.files.cells import Cell, as_text
from worker.files.options import ReadOptions
from worker.files.readers.open import open_table
from worker.files.writers.write import write_scored

Property = Callable[[], None]
seen: Callable[[bytes, str], object] = lambda data, name: None  # noqa: E731
"""Told of every file before it is read; the fuzzer keeps it, in case the process dies."""


def watch(tell: Callable[[bytes, str], object]) -> None:
    """From now on `tell` is called with every file."""
    global seen
    seen = tell


def _try(data: bytes, name: str, asked: str) -> None:
    seen(data, name)
    check(data, name, asked)


@given(random_files(), st.sampled_from(FORMATS))
def no_bytes_raise_anything_but_file_errors(file: tuple[bytes, str], asked: str) -> None:
    _try(*file, asked)


@given(hostile_files(), st.sampled_from(FORMATS))
def no_damage_raises_anything_but_file_errors(file: tuple[bytes, str], asked: str) -> None:
    _try(*file, asked)


@given(st.sampled_from([n for n in sorted(samples()) if n.endswith(".parquet")]), mutations(), st.sampled_from(FORMATS))
def no_damaged_parquet_ends_the_process(name: str, changes: list[tuple[str, float, bytes, int]], asked: str) -> None:
    _try(mutated(samples()[name], changes), name, asked)


@given(st.integers(0, 20), mutations(), st.sampled_from(FORMATS))
def no_damaged_workbook_part_raises(part: int, changes: list[tuple[str, float, bytes, int]], asked: str) -> None:
    _try(in_one_part(samples()["a.xlsx"], part, changes), "a.xlsx", asked)


_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
_odd_text = st.one_of(
    _text,
    st.sampled_from(["=1", "-3", "\t@x", "\r", "a\r\nb", '"', "_x000D_", "\0", "\ufeff", "😀", "\u202e", "'", "1e5"]),
)
SOURCES: Final = ("csv", "tsv", "jsonl", "json", "parquet", "xlsx")


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[list[str]]]:
    """(titles, rows) of texts; the first column counts the rows, the second is the review."""
    extra = draw(st.lists(_text.filter(str.strip), max_size=4, unique_by=str.strip))
    titles = ["id", "review", *(f"{title} x" for title in extra)]
    width = len(titles) - 1
    rows = draw(st.lists(st.lists(_odd_text, min_size=width, max_size=width), min_size=1, max_size=8))
    return titles, [[str(i), *cells] for i, cells in enumerate(rows)]


def encoded(titles: list[str], rows: list[list[str]], kind: str) -> bytes:
    """The table as other programs write it."""
    if kind in ("csv", "tsv"):
        text = io.StringIO()
        writer = csv.writer(text, delimiter="," if kind == "csv" else "\t", quoting=csv.QUOTE_ALL)
        writer.writerows([titles, *rows])
        return text.getvalue().encode()
    objects = [dict(zip(titles, row, strict=True)) for row in rows]
    if kind == "jsonl":
        return "".join(json.dumps(item) + "\n" for item in objects).encode()
    if kind == "json":
        return json.dumps(objects, ensure_ascii=False).encode()
    if kind == "parquet":
        out = io.BytesIO()
        pq.write_table(pa.Table.from_pylist(objects, pa.schema([(title, pa.string()) for title in titles])), out)
        return out.getvalue()
    return xlsx_bytes([[_for_openpyxl(cell) for cell in row] for row in [titles, *rows]])


def _for_openpyxl(text: str) -> str:
    """What openpyxl agrees to write; a formula would lose its text."""
    kept = "".join(c for c in text if c in "\t\n" or (c >= " " and c not in "\ufffe\uffff"))
    return f"'{kept}" if kept.startswith("=") else kept


def contents(data: bytes, name: str) -> tuple[list[str], list[list[Cell]]]:
    """(titles, rows) of a file."""
    # The column is named as it is to the reader: an empty one beside two of prose would leave the sheet in doubt.
    opened = open_table(io.BytesIO(data), name, LIMITS, ReadOptions(text_column="review"))
    try:
        opened.table.complete()
        records: Any = list(opened.table.records())
        return list(opened.table.titles), records
    finally:
        opened.close()


@given(
    tables(), st.sampled_from(SOURCES), st.sampled_from(SOURCES), st.sampled_from(PACKINGS), st.sampled_from(PACKINGS)
)
def every_row_and_column_comes_back_in_order(
    table: tuple[list[str], list[list[str]]], kind: str, asked: str, packing: str, asked_packing: str
) -> None:
    data, name = pack(encoded(*table, kind), f"a.{kind}", packing)
    seen(data, name)
    titles, rows = contents(data, name)
    if kind != "xlsx":
        assert (titles, rows) == table
    assert len(rows) == len(table[1])
    out = io.BytesIO()
    with bounded():
        marks = list(verdicts(read(data, name, limits=LIMITS, text_column="review")))
        wanted = f"{asked}.{asked_packing}" if asked_packing else asked
        made = write_scored(
            io.BytesIO(data),
            name,
            iter(marks),
            out,
            limits=LIMITS,
            format=wanted,
            options=ReadOptions(text_column="review"),
        )
    back_titles, back = contents(out.getvalue(), made)
    harmless = defused if asked in ("csv", "tsv", "xlsx") else str
    width = len(titles)
    # JSON and Parquet get the columns' names, which have no white space around them
    assert [title.strip() for title in back_titles[:width]] == [harmless(title).strip() for title in titles]
    assert back_titles[width:] == ["label", "probability", "flags", "model", "estimated_stars"]
    assert [[as_text(c) for c in row[:width]] for row in back] == [[harmless(as_text(c)) for c in row] for row in rows]
    scored = {mark[0]: mark[4] for mark in marks}
    assert [as_text(row[width + 3]) for row in back] == [scored.get(i, "") for i in range(1, len(back) + 1)]


PROPERTIES: Final[dict[str, Any]] = {
    "random": no_bytes_raise_anything_but_file_errors,
    "damaged": no_damage_raises_anything_but_file_errors,
    "parquet": no_damaged_parquet_ends_the_process,
    "workbook": no_damaged_workbook_part_raises,
    "round_trip": every_row_and_column_comes_back_in_order,
}
