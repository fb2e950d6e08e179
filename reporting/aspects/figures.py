"""Figures of aspects: the share of reviews that praise each, its interval, and how far it is from other films."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from db.types import AspectCount, Bucket, Quote
from reporting.intervals import Interval, newcombe, wilson

LEAST: Final = 5
"""Under so many reviews that judge an aspect, no share of it is said."""
MOST: Final = 3
"""Aspects that a card names as praised, and as blamed."""
HEADER: Final = (
    "about", "aspect", "for", "against", "neither", "for_share", "for_share_low", "for_share_high",
    "others_for", "others_against", "difference", "difference_low", "difference_high",
    "praise_id", "praise", "blame_id", "blame",
)  # fmt: skip
"""Counts are of reviews. Shares are of those that judge the aspect, intervals 95 % (Wilson). others: all other films;
difference: share minus theirs, interval by Newcombe; the surest clause for and against, and whose results they are."""
KINDS: Final = (
    "text",
    "text",
    *("whole",) * 3,
    *("real",) * 3,
    *("whole",) * 2,
    *("real",) * 3,
    *("whole", "text") * 2,
)


def share(one: AspectCount) -> float:
    """The share of reviews that praise it, of those that judge it; there must be one."""
    return one.n_for / one.judged


def share_interval(one: AspectCount) -> Interval:
    """Of `share`, by Wilson."""
    return wilson(one.n_for, one.judged)


def from_others(one: AspectCount) -> tuple[float, Interval] | None:
    """How far the share lies above that of all other films; None where either rests on too few reviews."""
    others = one.others_for + one.others_against
    if one.judged < LEAST or others < LEAST:
        return None
    return share(one) - one.others_for / others, newcombe(one.n_for, one.judged, one.others_for, others)


def between(one: AspectCount, other: AspectCount) -> tuple[float, Interval] | None:
    """How far one share lies above another; None where either rests on too few reviews."""
    if min(one.judged, other.judged) < LEAST:
        return None
    return share(one) - share(other), newcombe(one.n_for, one.judged, other.n_for, other.judged)


def most_praised(counts: Iterable[AspectCount]) -> list[AspectCount]:
    """Those that more reviews praise than blame, the surest first; the film as a whole is what the verdict says."""
    found = [one for one in _told(counts) if one.n_for > one.n_against]
    return sorted(found, key=lambda one: -share_interval(one).low)[:MOST]


def most_blamed(counts: Iterable[AspectCount]) -> list[AspectCount]:
    """Those that more reviews blame than praise, the surest first."""
    found = [one for one in _told(counts) if one.n_for < one.n_against]
    return sorted(found, key=lambda one: share_interval(one).high)[:MOST]


def _told(counts: Iterable[AspectCount]) -> list[AspectCount]:
    return [one for one in counts if one.name != "film" and one.judged >= LEAST]


def cells(one: AspectCount) -> tuple[object, ...]:
    """The cells of `HEADER` but the first, None where there is nothing to say."""
    known = _rounded(share(one), share_interval(one)) if one.judged else _UNKNOWN
    found = from_others(one)
    moved = _UNKNOWN if found is None else _rounded(*found)
    counts = (one.n_for, one.n_against, one.n_neither)
    return (one.name, *counts, *known, one.others_for, one.others_against, *moved, *_said(one.quotes))


_UNKNOWN: Final = (None, None, None)


def _said(quotes: Sequence[Quote | None]) -> tuple[object, ...]:
    return tuple(cell for one in quotes for cell in ((None, None) if one is None else (one.review_id, one.words)))


def _rounded(value: float, sure: Interval) -> tuple[float, float, float]:
    return round(value, 6), round(sure.low, 6), round(sure.high, 6)


def as_buckets(counts: Iterable[AspectCount]) -> list[Bucket]:
    """Judged aspects as a chart draws them: for as positive, against as negative, the share as the average."""
    return [Bucket(one.name, one.judged, one.n_for, one.n_against, 0, share(one)) for one in counts if one.judged]
