"""Bins of histograms, and what a job's state says of it."""

from __future__ import annotations

import pytest

from db.types import bin_of


@pytest.mark.parametrize(
    ("probability", "bin_"), [(0.0, 0), (0.0499, 0), (0.05, 1), (0.5, 10), (0.95, 19), (0.999999, 19), (1.0, 19)]
)
def test_a_bin_begins_at_its_lower_edge_and_the_last_one_has_both(probability: float, bin_: int) -> None:
    assert bin_of(probability) == bin_
