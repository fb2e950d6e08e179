"""CSV files of the bot: they open in a spreadsheet, run nothing there, and read back as they were."""

from __future__ import annotations

import csv
import io

import pytest

from bot.tables import csv_bytes, defuse


def test_reads_back() -> None:
    data = csv_bytes(["id", "text"], [[1, 'a "quoted", line\nand a second'], [-2, "七人の侍"], [3, None]])
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert rows == [["id", "text"], ["1", 'a "quoted", line\nand a second'], ["-2", "七人の侍"], ["3", ""]]


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_formulas_are_defused(cell: str) -> None:
    assert defuse(cell) == f"'{cell}"


def test_numbers_and_plain_text_are_left_alone() -> None:
    assert [defuse(cell) for cell in (-1, -0.5, "fine", "", None)] == [-1, -0.5, "fine", "", None]
