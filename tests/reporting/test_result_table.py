"""Rows of results and the files that hold them."""

from __future__ import annotations

import csv
import io
import json
from datetime import date

import pyarrow.parquet as pq
import pytest

from common.file_formats import RESULT_FORMATS
from reporting import result_table
from reporting.result_table import HEADER, WRITERS, result_record, result_rows, write_results
from tests.bot.samples import result

FORMULA = "=HYPERLINK(1)"
RESULTS = [
    result(text="x" * 5000, day=date(2026, 3, 9)),
    result(id=10, text=FORMULA, film="Ça, c'est 'Heat'"),
    result(id=11, text=None, film=None, flags=(), day=None),
]


def test_every_format_has_a_writer() -> None:
    assert tuple(WRITERS) == RESULT_FORMATS


def test_rows_hold_the_whole_text() -> None:
    rows = [dict(zip(HEADER, row, strict=True)) for row in result_rows(RESULTS)]
    assert rows[0]["text"] == "x" * 5000
    assert list(rows[0].values())[:9] == [
        9, 42, 1, "2026-03-10T12:00:00+00:00", date(2026, 3, 9), "Heat", "positive", 0.97, "too_short",
    ]  # fmt: skip
    assert rows[2]["text"] is rows[2]["film"] is None
    (rated,) = result_rows([result(stars=8.5, mixed=False, rating=730)])
    assert dict(zip(HEADER, rated, strict=True)).items() >= {
        "estimated_stars": 8.5, "mixed": 0, "given_stars": 7.3,
    }.items()  # fmt: skip
    assert rows[0] == result_record(RESULTS[0])


@pytest.mark.parametrize("format", RESULT_FORMATS)
def test_every_format_holds_the_same(format: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(result_table, "GROUP_CHARS", 10)  # more than one group
    out = io.BytesIO()
    assert write_results(out, format, iter(RESULTS)) == 3
    content = out.getvalue()
    if format == "csv":
        found = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
        assert found[1]["text"] == f"'{FORMULA}", "a spreadsheet would run it"
    elif format == "jsonl":
        found = [json.loads(line) for line in content.splitlines()]
    else:
        table = pq.read_table(io.BytesIO(content))
        assert str(table.schema.field("day").type) == "date32[day]"
        found = table.to_pylist()
    assert [int(row["id"]) for row in found] == [9, 10, 11]
    assert [row["film"] or None for row in found] == ["Heat", "Ça, c'est 'Heat'", None]
    assert list(found[0]) == list(HEADER)
    if format != "csv":
        assert found[1]["text"] == FORMULA
        assert found[2]["text"] is None


@pytest.mark.parametrize("format", RESULT_FORMATS)
def test_no_results_are_a_whole_file(format: str) -> None:
    out = io.BytesIO()
    assert write_results(out, format, iter(())) == 0
    assert (len(out.getvalue()) > 0) == (format != "jsonl")
    if format == "parquet":
        assert pq.read_table(io.BytesIO(out.getvalue())).column_names == list(HEADER)


def test_stars_are_of_ten_and_mixed_is_one_or_nought() -> None:
    (rated,) = [result_record(one) for one in [result(stars=8.5, mixed=False, rating=730)]]
    assert (rated["estimated_stars"], rated["mixed"], rated["given_stars"]) == (8.5, 0, 7.3)
    assert result_record(result())["mixed"] is None
