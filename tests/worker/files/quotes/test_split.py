"""One line taken apart by itself."""

from __future__ import annotations

import time

import pytest

from worker.files.quotes.split import plain_cells, split, unescaped


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        ('1,"Warm" film', ["1", '"Warm" film']),
        ('1,"Warm film', ["1", '"Warm film']),
        ('1,"A, b "c", d"', ["1", 'A, b "c", d']),
        ('"a, b",c', ["a, b", "c"]),
        ('1,"A ""fine"" film"', ["1", 'A "fine" film']),
        (r'1,"He said \"no\", and left"', ["1", 'He said "no", and left']),
        ("1,2,3", None),
        ("1", None),
    ],
)
def test_lines(line: str, cells: list[str] | None) -> None:
    assert split(line + "\r\n", ",", 2) == cells


def test_quotes_around_a_cell_go_and_others_stay() -> None:
    assert plain_cells('"a ""b"" c";"A" and "B";"A "fine" film"\n', ";") == ['a "b" c', '"A" and "B"', 'A "fine" film']


def test_backslashes_before_quotes_are_counted() -> None:
    assert unescaped('\\"a\\\\"b\\\\\\"c\\d') == '\udc01a\\"b\\\udc01c\\d'


def test_a_line_of_quotes_takes_no_time() -> None:
    began = time.process_time()
    split('"x,"' * 20_000, ",", 50)
    assert time.process_time() - began < 5


def test_a_run_of_backslashes_costs_linear_time() -> None:
    """Each start in the run was tried: 20,000 took two seconds, and a line may hold four million."""
    begun = time.process_time()
    assert unescaped("\\" * 200_000) == "\\" * 200_000
    assert time.process_time() - begun < 1
