"""Verdicts beside rows."""

from __future__ import annotations

from itertools import islice

from worker.files.writers.verdicts import NOT_SCORED, AddedValues, fitted, in_row_order


def test_gaps_are_filled_and_there_is_no_end() -> None:
    scored = [(2, "positive", 0.12345678, ["a", "b"], "m", 7.5), (4, "negative", 0.5, [], "m", None)]
    assert list(islice(in_row_order(scored), 6)) == [
        NOT_SCORED,
        AddedValues("positive", 0.123457, "a b", "m", 7.5),
        NOT_SCORED,
        AddedValues("negative", 0.5, "", "m", None),
        NOT_SCORED,
        NOT_SCORED,
    ]


def test_a_row_gets_as_many_cells_as_there_are_columns() -> None:
    assert fitted(["a"], 3) == ["a", None, None]
    assert fitted(["a", "b"], 2) == ["a", "b"]
    assert fitted(["a", 1, None, True], 2) == ["a", "1  true"]
