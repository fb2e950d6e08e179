"""Intervals are those of SciPy and of the papers."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting.intervals import mean_difference, mean_interval, newcombe, t_quantile, wilson


@pytest.fixture(scope="module")
def stats() -> Any:
    """SciPy's, loaded where it is asked only: each process of a run collects these tests, and one runs them."""
    from scipy import stats

    return stats


@given(total=st.integers(1, 10_000), data=st.data())
def test_wilson_is_scipys(stats: Any, total: int, data: st.DataObject) -> None:
    count = data.draw(st.integers(0, total))
    expected = stats.binomtest(count, total).proportion_ci(method="wilson")
    assert wilson(count, total) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_students_t_is_scipys(stats: Any) -> None:
    assert [t_quantile(n) for n in (1, 2, 3)] == pytest.approx([stats.t.ppf(0.975, n) for n in (1, 2, 3)], abs=1e-3)
    many = [4, 5, 7.5, 10, 30, 100, 10_000]
    assert [t_quantile(n) for n in many] == pytest.approx([stats.t.ppf(0.975, n) for n in many], abs=3e-3)
    values = [0.2, 0.9, 0.4, 0.7, 0.65]
    mean, deviation = float(stats.tmean(values)), float(stats.tstd(values))
    low, high = stats.t.interval(0.95, 4, mean, stats.sem(values))
    assert mean_interval(mean, deviation, 5) == pytest.approx((low, high), abs=2e-3)


def test_differences_are_those_of_the_papers(stats: Any) -> None:
    """Newcombe 1998, table II, example (a), method 10; Welch from SciPy."""
    assert newcombe(56, 70, 48, 80) == pytest.approx((0.0524, 0.3339), abs=1e-4)
    found = stats.ttest_ind_from_stats(0.6, 0.2, 40, 0.5, 0.3, 25, equal_var=False)
    half = stats.t.ppf(0.975, found.df) * 0.1 / found.statistic if hasattr(found, "df") else None
    interval = mean_difference((0.6, 0.2, 40), (0.5, 0.3, 25))
    assert not interval.high < 0.1 < interval.low
    if half is not None:
        assert (interval.high - interval.low) / 2 == pytest.approx(half, abs=1e-3)


@pytest.mark.parametrize(("count", "total"), [(1, 0), (3, 2), (-1, 2)])
def test_no_share_of_nothing(count: int, total: int) -> None:
    with pytest.raises(ValueError, match="no share"):
        wilson(count, total)
