"""The exact test against all tables, false discoveries against the paper, log-odds against numbers by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from reporting.themes.statistics import adjusted, chance, log_odds


@pytest.mark.parametrize(("mine", "of", "rest", "rest_of"), [(3, 5, 1, 6), (0, 5, 4, 6), (5, 5, 0, 6), (4, 9, 3, 9)])
def test_chance_is_that_of_fishers_exact_test(mine: int, of: int, rest: int, rest_of: int) -> None:
    held = mine + rest
    ways = [math.comb(of, k) * math.comb(rest_of, held - k) for k in range(held + 1)]
    assert chance(mine, of, rest, rest_of) == pytest.approx(sum(ways[mine:]) / sum(ways), rel=1e-9)


def test_adjusted_rates_are_those_of_benjamini_and_hochberg() -> None:
    # The fifteen p-values of their example: at 5 % the first four are found.
    chances = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528,
               0.759, 1.0]  # fmt: skip
    rates = adjusted(chances, 15)
    assert [rate <= 0.05 for rate in rates] == [True] * 4 + [False] * 11
    assert rates[0] == pytest.approx(0.0015)
    assert adjusted(chances[::-1], 15) == rates[::-1]
    assert adjusted([0.001], 100) == [pytest.approx(0.1)]
    assert adjusted([], 5) == []


def test_log_odds_are_shrunk_to_the_common_rate() -> None:
    mine, rest = np.array([40, 4, 10, 0]), np.array([10, 1, 10, 20])
    difference, z = log_odds(mine, 100, rest, 100)
    assert difference[0] == pytest.approx(math.log(65 / 135) - math.log(35 / 165))
    assert z[0] == pytest.approx(difference[0] / math.sqrt(1 / 65 + 1 / 35))
    assert difference[0] < math.log(40 / 60) - math.log(10 / 90)
    assert z[0] > z[1] > 0
    assert difference[2] == 0
    assert difference[3] < 0


def test_a_phrase_in_every_review_has_finite_odds() -> None:
    difference, z = log_odds(np.array([50]), 50, np.array([50]), 50)
    assert np.isfinite(difference).all()
    assert np.isfinite(z).all()
