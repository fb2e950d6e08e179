"""Fits the star estimate (`model.serving.stars`): proportional odds on the dev part's ratings.

Proportional odds (McCullagh 1980, "Regression Models for Ordinal Data") give a distribution over the ratings that occur
(1-4 and 7-10: the data has no others); the estimate is the half star with the least expected cost |error| + penalty if
the error is above 1. The index is a x logit + b x tanh(logit / 2) with a, b >= 0, so more positive never means fewer
stars.
"""

import numpy as np
from numpy.typing import NDArray

from model.evaluation.star_errors import baseline, errors, estimates
from model.numeric import Floats
from model.serving.stars import GRID, Stars

PENALTIES = (0.0, 0.5, 1.0, 2.0, 5.0, 10.0)
_LOGITS: Floats = np.arange(-12.0, 12.001, 0.02)
_FOLDS = 5


def _cumulative(theta: Floats, logits: Floats) -> Floats:
    """P(rating above each bound), [n, levels - 1]."""
    index: Floats = np.exp(theta[0]) * logits + np.exp(theta[1]) * np.tanh(0.5 * logits)
    bounds = np.cumsum(np.concatenate([theta[2:3], np.exp(theta[3:])]))
    return np.asarray(0.5 * (1 + np.tanh(0.5 * (index[:, None] - bounds))))


def distribution(theta: Floats, logits: Floats) -> Floats:
    """P(each rating level), [n, levels]."""
    above = _cumulative(theta, logits)
    ends = np.ones((len(logits), 1))
    return np.asarray(np.concatenate([ends, above], axis=1) - np.concatenate([above, 0 * ends], axis=1))


def _ordinal(logits: Floats, classes: NDArray[np.int64], levels: int) -> Floats:
    """Maximum-likelihood parameters of the proportional-odds model."""
    from scipy.optimize import minimize

    rows = np.arange(len(classes))

    def loss(theta: Floats) -> float:
        likelihood = distribution(theta, logits)[rows, classes]
        # A weak pull to 0 keeps both slopes finite where one of them is not needed.
        return float(-np.log(np.maximum(likelihood, 1e-12)).mean() + 1e-4 * (theta**2).sum())

    start = np.concatenate([[-1.0, 0.0, -2.0], np.full(levels - 2, -0.3)])
    return np.asarray(minimize(loss, start, method="L-BFGS-B").x, dtype=np.float64)


def _steps(theta: Floats, levels: Floats, penalty: float) -> Stars:
    error = np.abs(GRID[:, None] - levels)
    cost = error + penalty * (error > 1)
    best = GRID[np.argmin(distribution(theta, _LOGITS) @ cost.T, axis=1)]
    rising = np.maximum.accumulate(best)
    bounds = _LOGITS[np.minimum(np.searchsorted(rising, GRID[1:], side="left"), len(_LOGITS) - 1)]
    bounds[rising[-1] < GRID[1:]] = np.inf
    # JSON has no infinity; no logit comes near this.
    return Stars(tuple(float(round(bound, 4)) for bound in np.minimum(bounds, 1e9)))


def fit(logits: Floats, ratings: NDArray[np.int8]) -> Stars | None:
    """The mapping from calibrated logits [n] and ratings (1 to 10) [n]; None where there is too little to fit.

    The penalty is the one with the least cross-validated error among those whose share within one star is at least that
    of the constant-by-label baseline (else the one with the largest share).
    """
    levels, classes = np.unique(ratings, return_inverse=True)
    if len(levels) < 4 or len(ratings) < 200 or (logits < 0).all() or (logits >= 0).all():
        return None
    folds = np.random.default_rng(1).permutation(len(ratings)) % _FOLDS
    held: dict[float, Floats] = {penalty: np.zeros(len(ratings)) for penalty in PENALTIES}
    constant = np.zeros(len(ratings))
    for fold in range(_FOLDS):
        inside, outside = folds != fold, folds == fold
        theta = _ordinal(logits[inside], classes[inside], len(levels))
        for penalty in PENALTIES:
            held[penalty][outside] = estimates(_steps(theta, levels.astype(np.float64), penalty), logits[outside])
        low, high = baseline(logits[inside], ratings[inside])
        constant[outside] = np.where(logits[outside] < 0, low, high)
    found = {penalty: errors(values, ratings) for penalty, values in held.items()}
    least = errors(constant, ratings)["within_one"]
    good = [penalty for penalty in PENALTIES if found[penalty]["within_one"] >= least]
    chosen = min(good, key=lambda penalty: found[penalty]["mae"]) if good else max(PENALTIES)
    return _steps(_ordinal(logits, classes, len(levels)), levels.astype(np.float64), chosen)
