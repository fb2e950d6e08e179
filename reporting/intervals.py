"""How sure a share or an average is. Everything here is a 95 % interval where no other is asked for."""

from __future__ import annotations

import math
from typing import Final

from common.intervals import Interval, Z, wilson

__all__ = ["Interval", "mean_difference", "mean_interval", "newcombe", "t_quantile", "wilson"]


def newcombe(count: int, total: int, other_count: int, other_total: int, z: float = Z) -> Interval:
    """The interval of the difference of two shares, first minus second, out of their Wilson intervals (Newcombe 1998,
    method 10)."""
    share, other = count / total, other_count / other_total
    mine, theirs = wilson(count, total, z), wilson(other_count, other_total, z)
    low = math.hypot(share - mine.low, theirs.high - other)
    high = math.hypot(mine.high - share, other - theirs.low)
    return Interval(share - other - low, share - other + high)


def mean_interval(
    mean: float, deviation: float | None, total: int, *, least: float = 0.0, most: float = 1.0
) -> Interval | None:
    """The interval of an average by Student's t, cut to `least` and `most`; None under two reviews.

    `deviation`: standard deviation of the reviews (with n - 1).
    """
    if deviation is None or total < 2:
        return None
    half = t_quantile(total - 1) * deviation / math.sqrt(total)
    return Interval(max(least, mean - half), min(most, mean + half))


def mean_difference(one: tuple[float, float, int], other: tuple[float, float, int]) -> Interval:
    """The interval of the difference of two averages, each (mean, deviation, total), by Welch's t (1947)."""
    (mean, deviation, n), (other_mean, other_deviation, m) = one, other
    mine, theirs = deviation**2 / n, other_deviation**2 / m
    if mine + theirs == 0:
        return Interval(mean - other_mean, mean - other_mean)
    freedom = (mine + theirs) ** 2 / (mine**2 / (n - 1) + theirs**2 / (m - 1))
    half = t_quantile(freedom) * math.sqrt(mine + theirs)
    return Interval(mean - other_mean - half, mean - other_mean + half)


_SMALL: Final = (12.7062, 4.3027, 3.1824)
"""For one to three degrees of freedom, where the expansion is not near enough."""


def t_quantile(freedom: float) -> float:
    """The 97.5th percentile of Student's t (Abramowitz and Stegun 26.7.5; within 0.002 from four degrees on)."""
    if freedom < 4:
        return _SMALL[max(1, math.floor(freedom)) - 1]
    z, v = Z, freedom
    return (
        z
        + (z**3 + z) / (4 * v)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * v**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * v**3)
        + (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / (92160 * v**4)
    )
