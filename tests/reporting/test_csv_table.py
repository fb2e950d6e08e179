"""CSV files of the bot: they open in a spreadsheet, run nothing there, and read back as they were."""

from __future__ import annotations

import csv
import io

import pytest

from reporting.csv_table import csv_table, harmless


def test_reads_back() -> None:
    table = csv_table(["id", "text"], [[1, 'a "quoted", line\nand a second'], [-2, "七人の侍"], [3, None]])
    data = table.data
    assert (table.rows, table.complete) == (3, True)
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert rows == [["id", "text"], ["1", 'a "quoted", line\nand a second'], ["-2", "七人の侍"], ["3", ""]]


@pytest.mark.parametrize("cell", ["=1+1", "+x", "-x", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "＠SUM(A1)"])
def test_formulas_are_defused(cell: str) -> None:
    data = csv_table(["text"], [[cell]]).data.decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(data, newline="")))[1] == [f"'{cell}"]


def test_numbers_and_plain_text_are_left_alone() -> None:
    assert [harmless(cell) for cell in (-1, -0.5, "-0.5", "fine", "", None)] == [-1, -0.5, "-0.5", "fine", "", None]


def test_stops_at_the_limits_and_says_so() -> None:
    rows = [[n, "x" * 100] for n in range(10)]
    by_rows = csv_table(["n", "t"], rows, max_rows=4)
    assert (by_rows.rows, by_rows.complete) == (4, False)
    by_bytes = csv_table(["n", "t"], rows, max_bytes=450)
    assert (by_bytes.rows, by_bytes.complete) == (4, False)
    assert len(by_bytes.data) <= 450
    exact = csv_table(["n", "t"], rows, max_rows=10, max_bytes=len(csv_table(["n", "t"], rows).data))
    assert (exact.rows, exact.complete) == (10, True)


def test_half_a_character_does_not_break_the_file() -> None:
    """A lone surrogate comes out of broken JSON escapes; UTF-8 has no place for it."""
    assert csv_table(["t"], [["\ud83d"]]).data.endswith(b"?\r\n")
