"""Early exit: where a cheap part's logit settles a text, the LSTM is left out.

Cascades of two stages (Viola & Jones 2001, "Rapid object detection using a boosted cascade of simple features";
Teerapittayanon et al. 2016, "BranchyNet"): most of the time goes into the LSTM, and far from 0 the whole model agrees
with the cheap one. For reviews that is the n-gram part (`Exit`, fitted by `model.training.fit_exit`). For clauses it is
the n-gram part with a small LSTM, which the large one taught (`Clauses`, fitted by
`model.training.short_texts.fit_clauses`).
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
class Exit:
    """A text whose n-gram logit w is further than `logit` from 0 ends early.

    Its calibrated logit is the blend of w plus `step` x tanh(w / 2), under the curve.
    """

    logit: float
    blend: Blend
    curve: Curve
    step: float = 0.0

    def ends(self, wide: Floats, tokens: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which of n texts end early, by their n-gram logits [n] and numbers of tokens [n]."""
        return (np.abs(wide) > self.logit) & (tokens > 0)

    def logits(self, wide: Floats, tokens: NDArray[np.int64]) -> Floats:
        """Calibrated logits [n] of the n-gram part alone; 0 for a text without tokens."""
        return self.curve.logits(self.blend.logits(wide) + self.step * np.tanh(0.5 * wide), tokens)


@dataclass(frozen=True, slots=True)
class Clauses:
    """A clause that the small LSTM reads as clearly for or against is not read by the large one.

    blend, curve: those of reviews that both parts read; the small LSTM's logit stands in for the large one's in them.
    bound: least distance of the calibrated logit from 0.
    """

    blend: Blend
    curve: Curve
    bound: float

    def in_doubt(self, small: Floats, wide: Floats, tokens: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which of n clauses the large LSTM must read; small, wide: logits [n] of the small one and of the n-grams."""
        calibrated = self.curve.logits(self.blend.logits(small, wide), tokens)
        # Not "below the bound": what is no number settles nothing.
        return ~(np.abs(calibrated) >= self.bound) & (tokens > 0)
