"""The evidence that a phrase sets reviews apart: log-odds with a prior, an exact test, and false discoveries."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]
Counts = NDArray[np.int64]


def log_odds(mine: Counts, of: int, rest: Counts, rest_of: int) -> tuple[Reals, Reals]:
    """(difference of the log odds [k], the same in standard errors [k]) of phrases that so many reviews hold.

    With an informative Dirichlet prior (Monroe, Colaresi & Quinn 2008, "Fightin' Words", equations 16, 20 and 22), of
    reviews in place of words: the prior is the phrase's rate in all reviews, as heavy as the smaller side.
    """
    weight = float(min(of, rest_of))
    prior = weight * (mine + rest) / (of + rest_of)
    first, second = mine + prior, rest + prior
    # A phrase that every review holds has no review without it: half a review keeps the odds finite.
    difference = np.log(first / np.maximum(of + weight - first, 0.5))
    difference -= np.log(second / np.maximum(rest_of + weight - second, 0.5))
    return difference, difference / np.sqrt(1 / first + 1 / second)


def chance(mine: int, of: int, rest: int, rest_of: int) -> float:
    """The chance that so many or more of the reviews that hold a phrase fall to the first side if sides mean nothing.

    Fisher's exact test, one-sided: the upper tail of the hypergeometric distribution.
    """
    held, everything = mine + rest, of + rest_of
    most = min(held, of)
    term = math.exp(_log_choose(of, mine) + _log_choose(rest_of, rest) - _log_choose(everything, held))
    total, more = 0.0, mine
    while True:
        total += term
        if more == most or term < total * 1e-12:
            return min(1.0, total)
        term *= (of - more) * (held - more) / ((more + 1) * (rest_of - held + more + 1))
        more += 1


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def adjusted(chances: Sequence[float], tested: int) -> list[float]:
    """The false-discovery rate at which each is still found (Benjamini & Hochberg 1995), in their order.

    `tested`: how many were tested in all, at least as many; those that are not given count as certain chance.
    """
    tested = max(tested, len(chances))
    order = sorted(range(len(chances)), key=lambda at: chances[at], reverse=True)
    rates, least = [1.0] * len(chances), 1.0
    for place, at in enumerate(order):
        least = min(least, chances[at] * tested / (len(chances) - place))
        rates[at] = least
    return rates
