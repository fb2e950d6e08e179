"""Figures of stars: the average estimate, and how far words and the stars of a file agree, with their intervals."""

from __future__ import annotations

from typing import Final

from db.types import StarSums
from reporting.intervals import Interval, mean_interval, wilson

LEAST: Final = 5
"""Under so many reviews neither average nor agreement is said."""
LOW, HIGH = 1.0, 10.0

HEADER: Final = (
    "with_stars", "average_stars", "average_stars_low", "average_stars_high",
    "rated", "agreed", "agreed_share", "agreed_share_low", "agreed_share_high",
    "stars_gap", "stars_gap_low", "stars_gap_high",
)  # fmt: skip
"""with_stars: reviews with an estimate; rated: reviews with a decided label whose own stars say positive (7 of 10 and
more) or negative (4 and less), agreed: those that the label agrees with; stars_gap: estimate minus own stars of ten."""
KINDS: Final = ("whole", *("real",) * 3, *("whole",) * 2, *("real",) * 6)


def star_interval(sums: StarSums) -> Interval | None:
    """Of the average estimate, by Student's t."""
    return None if sums.mean is None else mean_interval(sums.mean, sums.deviation, sums.n, least=LOW, most=HIGH)


def gap_interval(sums: StarSums) -> Interval | None:
    """Of the average difference of estimate and own stars, in stars of ten."""
    if sums.mean_gap is None or sums.gaps < LEAST:
        return None
    return mean_interval(sums.mean_gap, sums.gap_deviation, sums.gaps, least=-HIGH, most=HIGH)


def agreed_share(sums: StarSums) -> float | None:
    """The share of clear own stars that the label agrees with; None under `LEAST` of them."""
    return sums.agreed / sums.rated if sums.rated >= LEAST else None


def cells(sums: StarSums) -> tuple[object, ...]:
    """The cells of `HEADER`, None where there is nothing to say."""
    average = _with_interval(sums.mean, star_interval(sums))
    share = (None, None, None) if not sums.rated else _share(sums)
    return (sums.n, *average, sums.rated, sums.agreed, *share, *_with_interval(sums.mean_gap, gap_interval(sums)))


def _share(sums: StarSums) -> tuple[float, float, float]:
    sure = wilson(sums.agreed, sums.rated)
    return round(sums.agreed / sums.rated, 6), round(sure.low, 6), round(sure.high, 6)


def _with_interval(value: float | None, sure: Interval | None) -> tuple[float | None, ...]:
    if value is None:
        return None, None, None
    return (round(value, 6), *((None, None) if sure is None else (round(sure.low, 6), round(sure.high, 6))))
