"""CSV files of the bot: they open in a spreadsheet, run nothing there, and read back as they were."""

from __future__ import annotations

import csv
import io

import pytest

from reporting.csv_table import csv_table, harmless, write_csv


def test_reads_back() -> None:
    data = csv_table(["id", "text"], [[1, 'a "quoted", line\nand a second'], [-2, "七人の侍"], [3, None]])
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert rows == [["id", "text"], ["1", 'a "quoted", line\nand a second'], ["-2", "七人の侍"], ["3", ""]]


@pytest.mark.parametrize("cell", ["=1+1", "+x", "-x", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "＠SUM(A1)"])
def test_formulas_are_defused(cell: str) -> None:
    data = csv_table(["text"], [[cell]]).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(data, newline="")))[1] == [f"'{cell}"]


def test_numbers_and_plain_text_are_left_alone() -> None:
    assert [harmless(cell) for cell in (-1, -0.5, "-0.5", "fine", "", None)] == [-1, -0.5, "-0.5", "fine", "", None]


def test_stops_at_the_limits_and_says_so() -> None:
    rows = [[n, "x" * 100] for n in range(10)]

    def written(**limits: int) -> tuple[int, bool, bytes]:
        out = io.BytesIO()
        done = write_csv(out, ["n", "t"], rows, **limits)
        return done.rows, done.complete, out.getvalue()

    assert written(max_rows=4)[:2] == (4, False)
    count, complete, data = written(max_bytes=450)
    assert (count, complete) == (4, False)
    assert len(data) <= 450
    whole = csv_table(["n", "t"], rows)
    assert written(max_rows=10, max_bytes=len(whole)) == (10, True, whole)


def test_half_a_character_does_not_break_the_file() -> None:
    """A lone surrogate comes out of broken JSON escapes; UTF-8 has no place for it."""
    assert csv_table(["t"], [["\ud83d"]]).endswith(b"?\r\n")
