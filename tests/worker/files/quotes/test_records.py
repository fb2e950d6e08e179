"""Rows out of lines, whatever their quotes."""

from __future__ import annotations

import time

from worker.files import row_problems as problems
from worker.files.quotes.records import Grid, Records
from worker.files.table import Bad

NUMBERED = Grid(2, ((0, str.isdigit),), 0)


def rows(*lines: str, grid: Grid | None = NUMBERED, limit: int = 10_000) -> list[list[str] | Bad]:
    return list(Records(iter(f"{line}\n" for line in lines), ",", grid=grid, limit=limit))


def test_lines_that_are_rows_are_read_apart() -> None:
    assert rows('1,"Warm', "2,Dull", '3,Fine"') == [["1", '"Warm'], ["2", "Dull"], ["3", 'Fine"']]


def test_lines_that_are_no_rows_are_one_cell() -> None:
    assert rows('1,"Warm', "and, yes", 'fine"', "2,Dull") == [["1", "Warm\nand, yes\nfine"], ["2", "Dull"]]
    assert rows('1,"Top five:', "5, then", '4"', "9,Dull") == [["1", "Top five:\n5, then\n4"], ["9", "Dull"]]


def test_numbers_that_do_not_grow_are_no_ids() -> None:
    assert rows('7,"Scenes', '3, 2"', "8,Dull") == [["7", "Scenes\n3, 2"], ["8", "Dull"]]


def test_a_row_without_end_costs_itself() -> None:
    found = rows('x"', '"never', *["1,fine"] * 2_000, limit=1_000)
    assert found[1] == Bad(problems.UNCLOSED_QUOTE, ['"never'])
    assert found[2:] == [["1", "fine"]] * 2_000


def test_mended_rows_are_counted() -> None:
    records = Records(iter(['1,"a" b\n', "2,c\n"]), ",", grid=NUMBERED)
    assert len(list(records)) == 2
    assert (records.mended, records.lines_read) == (1, 2)


def test_quotes_that_close_and_open_on_each_line_cost_linear_time() -> None:
    """Each such row takes all lines up to the limit and gives them back: 90 kB took 45 s."""
    begun = time.process_time()
    assert len(rows(*['x","'] * 16_000, grid=Grid(2), limit=1 << 22)) == 16_000
    assert time.process_time() - begun < 5
