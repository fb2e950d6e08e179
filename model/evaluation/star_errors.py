"""Errors of the star estimate, beside those of the two constants that a label alone can say."""

import numpy as np
from numpy.typing import NDArray

from model.numeric import Floats
from model.serving.stars import GRID, Stars


def estimates(stars: Stars, logits: Floats) -> Floats:
    """`Stars.of` for logits [n]."""
    return np.asarray(GRID[np.searchsorted(np.asarray(stars.bounds), logits, side="right")], dtype=np.float64)


LENGTHS = (0, 60, 90, 120, 150, 200, 300, 500)
"""Bands of length in tokens: from each to the next, the last without end."""
FEWEST = 100


def by_length(
    logits: Floats, lengths: NDArray[np.int64], ratings: NDArray[np.int8], stars: Stars, constants: tuple[float, float]
) -> list[dict[str, object]]:
    """`validated` for each band of `LENGTHS` with `FEWEST` texts or more; `from` is the band's least length."""
    found: list[dict[str, object]] = []
    for least, end in zip(LENGTHS, (*LENGTHS[1:], np.iinfo(np.int64).max), strict=True):
        inside = (lengths >= least) & (lengths < end)
        if inside.sum() >= FEWEST:
            found.append({"from": least, **validated(logits[inside], ratings[inside], stars, constants)})
    return found


def baseline(logits: Floats, ratings: NDArray[np.int8]) -> tuple[float, float]:
    """The median rating of what is called negative and of what is called positive: what a label alone can say."""
    below = logits < 0
    return float(np.median(ratings[below])), float(np.median(ratings[~below]))


def errors(estimate: Floats, ratings: NDArray[np.int8]) -> dict[str, float]:
    """Mean absolute error in stars, and the share of estimates that are at most 1 star off."""
    off = np.abs(estimate - ratings)
    return {"mae": round(float(off.mean()), 4), "within_one": round(float((off <= 1).mean()), 4)}


def validated(
    logits: Floats, ratings: NDArray[np.int8], stars: Stars, constants: tuple[float, float], draws: int = 1000
) -> dict[str, object]:
    """Figures on held-out reviews beside the constants by label, and whether the estimate is clearly better.

    Clearly: the 95 % bootstrap interval of the difference in mean absolute error is below 0, and that of the share
    within one star reaches 0.
    """
    ours = np.abs(estimates(stars, logits) - ratings)
    theirs = np.abs(np.where(logits < 0, *constants) - ratings)
    rows = np.random.default_rng(1).integers(0, len(ratings), (draws, len(ratings)))
    mae = np.percentile((ours - theirs)[rows].mean(axis=1), (2.5, 97.5))
    within = np.percentile(((ours <= 1).astype(float) - (theirs <= 1))[rows].mean(axis=1), (2.5, 97.5))
    return {
        "reviews": len(ratings),
        "estimate": errors(estimates(stars, logits), ratings),
        "by_label": errors(np.where(logits < 0, *constants), ratings),
        "constants": list(constants),
        "mae_difference_95": [round(float(bound), 4) for bound in mae],
        "within_one_difference_95": [round(float(bound), 4) for bound in within],
        "shipped": bool(mae[1] < 0 <= within[1]),
    }
