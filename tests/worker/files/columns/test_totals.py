"""Rows of totals below a table."""

from __future__ import annotations

import pytest

from worker.files.cells import Cell
from worker.files.columns.totals import is_total
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
