"""Early exit: where the n-gram part's logit settles a review, the LSTM is left out.

A cascade of two stages (Viola & Jones 2001, "Rapid object detection using a boosted cascade of simple features";
Teerapittayanon et al. 2016, "BranchyNet"): most of the time goes into the LSTM, and far from 0 the whole model agrees
with the n-grams alone. Bound and calibration are fitted by `model.training.fit_exit`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.numeric import Floats
from model.serving.calibration import Blend, Curve

DIFFERING = 0.001
"""At most this share of verdicts differs from the whole model's, on the dev part."""
LOST = 0.0005
"""At most this much accuracy is lost, on the dev part."""


@dataclass(frozen=True, slots=True)
class _Bound:
    logit: float

    def ends(self, wide: Floats, tokens: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which of n texts end early, by their n-gram logits [n] and numbers of tokens [n]."""
        return (np.abs(wide) > self.logit) & (tokens > 0)


@dataclass(frozen=True, slots=True)
class Exit(_Bound):
    """A text whose n-gram logit w is further than `logit` from 0 ends early.

    Its calibrated logit is the blend of w plus `step` x tanh(w / 2), under the curve.
    """

    blend: Blend
    curve: Curve
    step: float = 0.0

    def logits(self, wide: Floats, tokens: NDArray[np.int64]) -> Floats:
        """Calibrated logits [n] of the n-gram part alone; 0 for a text without tokens."""
        return self.curve.logits(self.blend.logits(wide) + self.step * np.tanh(0.5 * wide), tokens)


@dataclass(frozen=True, slots=True)
class ClauseExit(_Bound):
    """The same for clauses, which are short: an n-gram logit w beyond `logit` settles one.

    Its calibrated logit is `least` + `slope` x |w|, with the sign of w: what the whole model says of such clauses on
    average. The calibration of reviews that end early does not fit, since it knows long texts alone.
    """

    least: float
    slope: float

    def logits(self, wide: Floats, tokens: NDArray[np.int64]) -> Floats:
        """As `Exit.logits`; the number of tokens changes nothing."""
        return np.asarray(np.sign(wide) * self.least + self.slope * wide, dtype=np.float64)


Early = Exit | ClauseExit
CLAUSES = ClauseExit(0.6, 0.66, 0.9)
"""Fitted on 29,000 clauses of 2,000 training reviews; ends 37 % of them, with 42 % of all their words."""
