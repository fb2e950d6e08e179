"""Fits early exit: the bound on the n-gram part's logit, and the calibration of the texts that it lets end early.

All of it on the dev part. The calibration learns the label and the whole model's probability, half and half: so few of
these verdicts are wrong that the labels alone say little.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from model.numeric import Floats, sigmoid
from model.serving.calibration import Blend, Curve
from model.serving.early_exit import DIFFERING, LOST, Exit
from model.training.fit_calibration import Sample

BOUNDS = tuple(float(bound) for bound in np.arange(6.0, 1.75, -0.25))
"""The bounds that are tried, the safest first."""
# A calibration of its own needs so many texts.
_LEAST = 100
_RIDGE = 1e-4


def _calibrated(bound: float, sample: Sample, logits: Floats, knee: float) -> Exit | None:
    """The exit at `bound` with the least weighted cross-entropy to labels and whole model. Needs SciPy."""
    from scipy.optimize import minimize

    wide = sample.parts[1]
    ended = (np.abs(wide) > bound) & (sample.tokens > 0)
    if int(ended.sum()) < _LEAST:
        return None
    wide, tokens, target = (
        wide[ended],
        sample.tokens[ended],
        0.5 * (sigmoid(logits[ended]) + (sample.labels[ended] == 1)),
    )
    weights = sample.weights[ended] / sample.weights[ended].sum()

    def built(theta: Floats) -> Exit:
        return Exit(bound, Blend((float(theta[0]),), float(theta[1])), Curve(knee, float(theta[2])), float(theta[3]))

    def loss(theta: Floats) -> float:
        found = built(theta).logits(wide, tokens)
        return float((weights * (np.logaddexp(0.0, found) - target * found)).sum() + _RIDGE * (theta**2).sum())

    limits = [(0.01, None), *[(None, None)] * 3]
    return built(np.asarray(minimize(loss, [1.0, 0.0, 0.0, 0.0], method="L-BFGS-B", bounds=limits).x, dtype=np.float64))


def tried(sample: Sample, logits: Floats, knee: float) -> list[Exit]:
    """The exits at `BOUNDS` that enough texts pass; logits [n] are the whole model's calibrated ones."""
    found = (_calibrated(bound, sample, logits, knee) for bound in BOUNDS)
    return [early for early in found if early is not None]


def _labels(logits: Floats, band: float) -> NDArray[np.int64]:
    """1 positive, -1 negative, 0 inside the uncertain band."""
    probabilities = sigmoid(logits)
    sure = np.abs(probabilities - 0.5) >= band
    return np.where(sure, np.where(probabilities >= 0.5, 1, -1), 0)


def choose(exits: Sequence[Exit], sample: Sample, logits: Floats, band: float) -> Exit | None:
    """The lowest bound that keeps the promises of `model.serving.early_exit`, as every bound above it does; or None.

    Verdicts that differ are counted on whole reviews and on the pieces cut from them, each; accuracy on all, weighted
    as for calibration.
    """
    whole = _labels(logits, band)
    right = (logits >= 0) == (sample.labels == 1)
    chosen = None
    for early in exits:
        ended = early.ends(sample.parts[1], sample.tokens)
        served = np.where(ended, early.logits(sample.parts[1], sample.tokens), logits)
        differ = _labels(served, band) != whole
        lost = np.average(right, weights=sample.weights) - np.average(
            (served >= 0) == (sample.labels == 1), weights=sample.weights
        )
        groups = [differ[kind] for kind in (sample.whole, ~sample.whole) if kind.any()]
        if lost > LOST or max(float(group.mean()) for group in groups) > DIFFERING:
            break
        chosen = early
    return chosen
