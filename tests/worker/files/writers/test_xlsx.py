"""Scored rows as a workbook."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

import openpyxl
import pytest

from tests.worker.files.helpers import (
    csv_bytes,
    jsonl_bytes,
    read,
    write,
    xlsx_bytes,
)
from worker.files.errors import TooManyRows
from worker.files.writers import xlsx
from worker.files.writers.target import ADDED


def test_a_row_wider_than_excel_fits_into_a_workbook() -> None:
    scored, _ = write(b"review,n\ngood,1\n" + b"x," * 20_000 + b"\n", "a.csv", format="xlsx")
    assert zipfile.ZipFile(io.BytesIO(scored)).testzip() is None


def test_xlsx_keeps_numbers_dates_and_awkward_text() -> None:
    odd = ["=1+1", "tab\there\r\nand _x000D_ \x08 bell", "+49 170 1234567", "-3.5", "y" * 40_000]
    day = dt.datetime.fromisoformat("2020-01-02")
    rows = [["review", "n", "day"], [None, 1.5, day]]
    data = csv_bytes("review,n") + b"".join(b'"%b",1\n' % t.encode() for t in odd)
    scored, _ = write(data, "a.csv", format="xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(scored)).active
    assert sheet is not None
    values = [row[0] for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert values[0] == "'=1+1"
    assert values[2] == "'+49 170 1234567"
    assert values[3] == "-3.5"
    assert len(values[4]) == 32_767
    assert values[4].endswith("ask for another format]")
    assert read(scored, "a.xlsx", text_column="review")[1].text == odd[1]
    scored, _ = write(xlsx_bytes([*rows, ["good", 2, None]]), "b.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(scored)).active
    assert sheet is not None
    assert [list(row) for row in sheet.iter_rows(min_row=2, values_only=True)] == [
        [None, 1.5, day, None, None, None, None, None],
        ["good", 2, None, "positive", 0.0002, "too_short not_english", "m2", 7.5],
    ]


def test_a_cell_is_cut_beyond_what_excel_holds_and_not_at_it() -> None:
    rows = [{"review": "fine", "note": "x" * n} for n in (32_767, 32_768)]
    scored, _ = write(jsonl_bytes(*rows), "a.jsonl", format="xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(scored)).active
    assert sheet is not None
    notes = [row[1] for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert notes[0] == "x" * 32_767
    assert len(notes[1]) == 32_767
    assert notes[1].endswith("ask for another format]")


def test_as_many_rows_as_excel_has_and_one_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "_MAX_ROWS", 4)  # the header is one
    assert write(csv_bytes("review", "a", "b", "c"), "a.csv", format="xlsx")[1] == "a.scored.xlsx"
    with pytest.raises(TooManyRows, match="more than 3 rows"):
        write(csv_bytes("review", "a", "b", "c", "d"), "a.csv", format="xlsx")


def test_rows_around_the_header_come_back() -> None:
    rows: list[list[object]] = [
        [],
        ["Our club", None, 2024],
        ["film", "review", "n"],
        ["text", "text", "int"],
        ["A", "a warm and funny film", 1],
    ]
    made = openpyxl.load_workbook(io.BytesIO(write(xlsx_bytes(rows), "a.xlsx")[0])).worksheets[0]
    shown = [list(row) for row in made.iter_rows(values_only=True)]
    assert [row[:3] for row in shown] == [[None] * 3, *([*row] for row in rows[1:])]
    assert shown[2][3:] == [*ADDED]
    assert shown[3][3:] == [None] * len(ADDED)
    assert shown[4][3] == "positive"
