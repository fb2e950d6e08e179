"""How sure a figure is: bootstrap intervals, Wilson intervals for shares, McNemar's test for two models. NumPy only."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from common.intervals import Interval, wilson

DRAWS = 1_000
SEED = 20_261
LEVEL = 0.95

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class McNemar:
    """Two models on the same n reviews.

    both, only_a, only_b, neither: how many reviews are right with both models, with one of them, with none;
    difference: accuracy of a - accuracy of b, in 0..1; p: two-sided mid-p value of "both err equally often".
    """

    both: int
    only_a: int
    only_b: int
    neither: int
    difference: float
    p: float

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON, six places."""
        counts = {name: getattr(self, name) for name in ("both", "only_a", "only_b", "neither")}
        return counts | {"difference": round(self.difference, 6), "p_mid": float(f"{self.p:.6g}")}


def resamples(
    rows: int, groups: Sequence[str] | None = None, *, draws: int = DRAWS, seed: int = SEED
) -> Iterator[Rows]:
    """Row numbers (int64) of each of `draws` resamples with replacement of `rows` rows.

    With `groups` (one name a row, such as the film) whole groups are drawn, as many as there are, since reviews of one
    film are not independent: the number of rows then varies a little from draw to draw. An empty name is a group by
    itself. (Davison and Hinkley 1997, "Bootstrap Methods and their Application", section 3.8.)
    """
    rng = np.random.default_rng(seed)
    if groups is None:
        for _ in range(draws):
            yield rng.integers(0, rows, rows)
        return
    if len(groups) != rows:
        raise ValueError(f"{len(groups)} group names for {rows} rows")
    names = [group or f"\0{number}" for number, group in enumerate(groups)]
    _, numbers = np.unique(np.asarray(names, dtype=object).astype(str), return_inverse=True)
    order = np.argsort(numbers, kind="stable")
    sizes = np.bincount(numbers)
    starts = np.cumsum(sizes) - sizes
    for _ in range(draws):
        drawn = rng.integers(0, len(sizes), len(sizes))
        lengths = sizes[drawn]
        ends = np.cumsum(lengths)
        # Position within its group of each drawn row, for all groups at once.
        within = np.arange(ends[-1]) - np.repeat(ends - lengths, lengths)
        yield order[np.repeat(starts[drawn], lengths) + within]


def bootstrap(
    figures: Callable[[Rows], Mapping[str, float]],
    rows: int,
    groups: Sequence[str] | None = None,
    *,
    draws: int = DRAWS,
    seed: int = SEED,
) -> dict[str, Interval]:
    """95 % percentile intervals of what `figures` returns for the row numbers of a resample, by the figure's name.

    Seeded, so the same call gives the same intervals; two models compared with the same seed and rows are resampled
    alike. `groups` as in `resamples`. Draws in which a figure is not a number are left out of it; a figure that never
    was one has no interval. Empty for no rows. (Efron and Tibshirani 1993, "An Introduction to the Bootstrap",
    chapter 13.)

    >>> right = np.asarray([True] * 90 + [False] * 10)
    >>> bootstrap(lambda rows: {"accuracy": float(right[rows].mean())}, 100)["accuracy"]
    Interval(low=0.84, high=0.95)
    """
    if rows == 0:
        return {}
    found: dict[str, list[float]] = {}
    for drawn in resamples(rows, groups, draws=draws, seed=seed):
        for name, value in figures(drawn).items():
            found.setdefault(name, []).append(value)
    intervals = {}
    for name, values in found.items():
        finite = np.asarray(values)[np.isfinite(values)]
        if len(finite):
            low, high = np.quantile(finite, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
            intervals[name] = Interval(float(low), float(high))
    return intervals


def share_interval(successes: int, trials: int) -> Interval:
    """95 % score interval of a share (Wilson 1927), for slices too small to resample; 0..1 for no trials."""
    return wilson(successes, trials) if trials else Interval(0.0, 1.0)


def _binomial(number: int, trials: int) -> float:
    """Chance of `number` heads in `trials` throws of a fair coin."""
    choose = math.lgamma(trials + 1) - math.lgamma(number + 1) - math.lgamma(trials - number + 1)
    return math.exp(choose - trials * math.log(2))


def mcnemar(right_a: NDArray[np.bool_], right_b: NDArray[np.bool_]) -> McNemar:
    """McNemar's test in its mid-p form for which of the same reviews [n] models a and b get right.

    Only the reviews on which the models differ count. The mid-p value is the exact binomial one less half the chance of
    the very outcome: it keeps the stated level and wastes less than the exact test. It takes reviews as independent;
    `bootstrap` by film on the difference does not. (Fagerland, Lydersen, Laake 2013, BMC Medical Research Methodology
    13:91.)
    """
    if right_a.shape != right_b.shape:
        raise ValueError(f"{len(right_a)} and {len(right_b)} reviews: the same ones are needed")
    a, b = right_a.astype(bool), right_b.astype(bool)
    only_a, only_b = int((a & ~b).sum()), int((~a & b).sum())
    differing, fewer = only_a + only_b, min(only_a, only_b)
    if only_a == only_b:
        # Both tails together hold all chance, the outcome itself half of its own.
        p = 1.0 if differing == 0 else 1.0 - 0.5 * _binomial(fewer, differing)
    else:
        p = 2 * sum(_binomial(number, differing) for number in range(fewer)) + _binomial(fewer, differing)
    difference = (only_a - only_b) / len(a) if len(a) else 0.0
    return McNemar(int((a & b).sum()), only_a, only_b, int((~a & ~b).sum()), difference, min(1.0, p))
