"""Rows of totals below a table."""

from __future__ import annotations

import tracemalloc

import pytest

from worker.files.cells import Cell
from worker.files.columns.totals import Below, is_total, numeric
from worker.files.table import Bad


@pytest.mark.parametrize(
    ("cells", "total"),
    [
        (["Total", "200"], True),
        (["", "Grand Total:", "200", ""], True),
        (["Gesamt", None, 200.5], True),
        (["合計", " 1,200 "], True),
        (["Average", "3.5", "12"], True),
        (["Total"], False),
        (["Total", "a warm film"], False),
        (["Total", "200", "a warm film"], False),
        (["Total Recall", "200"], False),
        (["200", "Total"], False),
        ([], False),
        (["", None], False),
        ([200, 3], False),
    ],
)
def test_totals_are_known_by_a_word_and_numbers(cells: list[Cell], total: bool) -> None:
    assert is_total(cells) is total
    assert not is_total(Bad("ragged", cells))


ROWS: list[list[Cell]] = [["Warm", "A", "4"], ["Dull", "B", "2.5"], ["Fine", "C", "3"], ["Good", "D", "4"]]
"""Text, film, stars: 3.375 on average."""


@pytest.mark.parametrize(
    ("last", "total"),
    [
        (["Average", "", "3"], True),  # every review has a film, and this has none
        (["Average", "1917", "3"], False),
        (["Average", "1917", "3.4"], False),  # as many decimals as the stars have: it must be exact
        (["Average", "1917", "3.38"], True),
        (["Average", "1917", "3.375"], True),
        (["Moyenne", "12", "3,375"], True),
        (["Average", "1917", "3.39"], False),
        (["Average", "", "a warm film"], False),
        (["Total", "4", "13.5"], True),
        (["Total", "", "200"], True),
        (["", "Average", "3"], True),  # in another column it is no review
    ],
)
def test_an_average_in_the_column_of_reviews_needs_the_average_beside_it(last: list[Cell], total: bool) -> None:
    below = Below(0, [2], [1], 3)
    for row in ROWS:
        below.add(row)
    below.add(Bad("ragged", ["Fine"]))
    assert below.is_total(last) is total
    assert not below.is_total(Bad("ragged", last))


def test_one_number_has_no_average() -> None:
    below = Below(0, [1], [], 2)
    below.add(["Warm", 3])
    assert not below.is_total(["Average", 3])
    below.add(["Warm", 3])
    assert below.is_total(["Average", 3])
    assert Below(0, [], [], 2).is_total(["Total", 3])


def test_no_number_is_the_average_of_more_than_all_numbers() -> None:
    below = Below(0, [1], [], 2)
    for _ in range(3):
        below.add(["Warm", 1e308])
    assert not below.is_total(["Average", 3])


def test_long_cells_do_not_wait() -> None:
    """A cell may be of megabytes, and a list as well."""
    below = Below(0, [1], [2, 3], 4)
    tracemalloc.start()
    try:
        for number in range(600):
            below.add([f"{number}" * 20_000, f"{number}" * 20_000, f"{number}" * 20_000, [number] * 10_000])
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()
    for _ in range(2):
        below.add(["Warm", " " * 60 + "3" + " " * 30, "A", {}])
    assert below.is_total(["Average", 3, "1", "1"])
    assert below.is_total(["Average", 2, "", ""])
    assert not below.is_total(["Average", 2, "1", "1"])


def test_columns_of_numbers_are_those_that_have_an_average() -> None:
    rows: list[list[Cell]] = [
        [number, f"Text {number}", number % 5 / 2, "1,5" if number % 3 else "", True] for number in range(30)
    ]
    assert numeric(rows, 1) == [2, 3]
    assert numeric(rows[:5], 1) == [0, 2, 3]
    assert numeric([], 0) == []
    assert numeric([[1] * 9] * 2, 0) == [1, 2, 3, 4]
