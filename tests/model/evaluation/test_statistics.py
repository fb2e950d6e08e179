"""Intervals and McNemar's test on numbers with a known answer."""

import doctest

import numpy as np
import pytest

from model.evaluation import statistics
from model.evaluation.statistics import bootstrap, mcnemar, resamples, share_interval


def _right(right: int, wrong: int) -> np.ndarray:
    return np.asarray([True] * right + [False] * wrong)


def test_the_example_in_the_docstring_holds() -> None:
    assert doctest.testmod(statistics).failed == 0


def test_the_interval_of_a_share_is_that_of_the_normal_approximation() -> None:
    right = _right(900, 100)
    found = bootstrap(lambda rows: {"share": float(right[rows].mean())}, 1_000)["share"]
    # 1.96 x sqrt(0.9 x 0.1 / 1000)
    assert found.low == pytest.approx(0.9 - 0.0186, abs=0.003)
    assert found.high == pytest.approx(0.9 + 0.0186, abs=0.003)


def test_the_same_seed_gives_the_same_interval_and_another_seed_another() -> None:
    values = np.random.default_rng(1).normal(size=200)
    once, again, other = (
        bootstrap(lambda rows: {"mean": float(values[rows].mean())}, 200, seed=seed)["mean"] for seed in (5, 5, 6)
    )
    assert once == again
    assert once != other


def test_films_are_drawn_whole_and_make_the_interval_wider() -> None:
    groups = [f"film {number // 20}" for number in range(400)]
    numbers = np.asarray([number // 20 for number in range(400)])
    for rows in resamples(400, groups, draws=20):
        drawn = np.bincount(numbers[rows], minlength=20)
        assert (drawn % 20 == 0).all()
        assert drawn.sum() == 400
    # All reviews of a film are right or wrong together: there are 20 independent facts, not 400.
    right = numbers % 2 == 0
    alone = bootstrap(lambda rows: {"share": float(right[rows].mean())}, 400)["share"]
    by_film = bootstrap(lambda rows: {"share": float(right[rows].mean())}, 400, groups)["share"]
    assert by_film.high - by_film.low > 3 * (alone.high - alone.low)


def test_rows_without_a_film_are_groups_of_their_own() -> None:
    sizes = {len(rows) for rows in resamples(50, [""] * 50, draws=10)}
    assert sizes == {50}
    uneven = {len(rows) for rows in resamples(50, ["a"] * 40 + [""] * 10, draws=10)}
    assert len(uneven) > 1


def test_as_many_groups_as_rows_are_needed() -> None:
    with pytest.raises(ValueError, match="3 group names for 4 rows"):
        next(resamples(4, ["a", "b", "c"]))


def test_draws_that_have_no_figure_are_left_out() -> None:
    found = bootstrap(lambda rows: {"odd": float("nan"), "some": 1.0 if rows[0] else float("nan")}, 5)
    assert "odd" not in found
    assert (found["some"].low, found["some"].high) == (1.0, 1.0)
    assert bootstrap(lambda rows: {"none": 0.0}, 0) == {}


def test_wilson_by_the_textbook() -> None:
    # Newcombe 1998, Statistics in Medicine 17, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
    for successes, trials, low, high in ((81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611)):
        found = share_interval(successes, trials)
        assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)
    assert share_interval(0, 0).as_dict() == {"low": 0.0, "high": 1.0}


def _paired(both: int, only_a: int, only_b: int, neither: int) -> statistics.McNemar:
    a = _right(both + only_a, only_b + neither)
    b = np.asarray([True] * both + [False] * only_a + [True] * only_b + [False] * neither)
    return mcnemar(a, b)


def test_mcnemar_by_the_textbook() -> None:
    # Fagerland, Lydersen, Laake 2013, tables 1 and 5: 1 against 7 discordant pairs, exact p 0.070, mid-p 0.039.
    found = _paired(1, 1, 7, 12)
    assert (found.both, found.only_a, found.only_b, found.neither) == (1, 1, 7, 12)
    assert found.p == pytest.approx(0.039, abs=5e-4)
    assert found.difference == pytest.approx(-6 / 21)
    assert _paired(12, 7, 1, 1).p == found.p


def test_mcnemar_agrees_with_a_count_of_all_outcomes() -> None:
    binomial = np.asarray([1, 6, 15, 20, 15, 6, 1]) / 64
    assert _paired(0, 0, 6, 0).p == pytest.approx(binomial[0])
    assert _paired(0, 2, 4, 0).p == pytest.approx(2 * binomial[:2].sum() + binomial[2])
    assert _paired(0, 3, 3, 0).p == pytest.approx(1 - binomial[3] / 2)


def test_mcnemar_without_a_difference_and_on_many_reviews() -> None:
    assert _paired(5, 0, 0, 3).p == 1.0
    large = _paired(20_000, 1_200, 1_000, 2_800)
    # Chi-squared without continuity is 200**2 / 2200 = 18.2, p 2.0e-5.
    assert large.p == pytest.approx(2.0e-5, rel=0.05)
    assert set(large.as_dict()) == {"both", "only_a", "only_b", "neither", "difference", "p_mid"}
    with pytest.raises(ValueError, match="the same ones"):
        mcnemar(_right(1, 1), _right(1, 2))
