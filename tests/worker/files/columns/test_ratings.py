"""Stars as people export them, and the one scale of a column."""

from __future__ import annotations

import pytest

from worker.files.cells import Cell
from worker.files.columns.ratings import Evidence, rating


def scale_of(*values: Cell) -> int | None:
    evidence = Evidence()
    for value in values:
        evidence.add(value)
    return evidence.scale()


@pytest.mark.parametrize(
    ("values", "scale"),
    [
        ([4, 5, "3.5"], 5), (["4,5", 0], 5), ([1, 10], 10), (["8", "5.5"], 10), ([73, 4], 100), (["100"], 100),
        ([1, 0, 1], None), ([101], None), ([], None), (["great", None, True], None), (["9/10", 4], 5), (["85%"], None),
    ],
)  # fmt: skip
def test_the_scale_is_the_least_that_fits(values: list[Cell], scale: int | None) -> None:
    assert scale_of(*values) == scale


@pytest.mark.parametrize(
    ("cell", "scale", "found"),
    [
        ("4", 5, 800), (4.5, 5, 900), ("3,5", 10, 350), ("4/5", 10, 800), ("8 out of 10", 5, 800), ("73", 100, 730),
        ("85 %", None, 850), ("★★★★½", None, 900), ("★★☆☆☆", None, 400), ("½", None, 100), ("4.5★", 5, 900),
        ("4 stars", 5, 800), ("3 von 5", None, 600), ("0", 5, 0), ("7", 5, None), ("-1", 5, None), ("B+", 5, None),
        ("", 5, None), (None, 5, None), ("1/1", 5, None), ("6/5", 5, None), ("1" * 50, 5, None), ("4", None, None),
        ("★" * 9, None, 900), (True, 5, None),
    ],
)  # fmt: skip
def test_stars_as_hundredths_of_ten(cell: Cell, scale: int | None, found: int | None) -> None:
    assert rating(cell, scale) == found


@pytest.mark.parametrize(
    ("values", "scale"),
    [
        ([*range(1, 11)] * 10 + [85], 10), ([*range(1, 6)] * 20 + [45], 5), ([*range(1, 6)] * 20 + [10], 10),
        ([*range(100), 999], 100), ([*range(1, 11)] * 10 + [85, 95], 100), ([1, 0] * 100 + [30], None),
    ],
)  # fmt: skip
def test_one_slip_in_a_hundred_makes_no_scale(values: list[Cell], scale: int | None) -> None:
    assert scale_of(*values) == scale
