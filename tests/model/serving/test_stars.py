"""The star estimate as it is served: a step for each bound."""

import pytest

from model.serving.stars import GRID, Stars


@pytest.mark.parametrize(
    ("logit", "stars"), [(-50.0, 1.0), (-0.1, 1.0), (0.0, 1.5), (0.9, 1.5), (16.5, 9.5), (17.0, 10.0)]
)
def test_a_step_begins_at_its_bound(logit: float, stars: float) -> None:
    assert Stars(tuple(float(bound) for bound in range(18))).of(logit) == stars


def test_the_grid_is_of_halves_from_one_to_ten() -> None:
    assert GRID.tolist() == [number / 2 for number in range(2, 21)]
