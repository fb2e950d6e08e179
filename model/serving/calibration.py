"""The calibration: from the logits of the model's parts to one calibrated logit, by a `Blend` and a `Curve`.

Platt scaling (Platt 1999) on one or more logits: weights and a bias of a logistic regression, which blends them and
sets the temperature at once; a `Curve` makes temperature and bias depend on the length where cross-validation says so.
What is fitted so is right for reviews and for pieces of them; `ShortTexts` makes it right for a short text that stands
alone. All are fitted by `model.training.fit_calibration`.
"""

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from model.numeric import Floats, sigmoid
from model.serving.model_folder import Serving

SHORTEST = 16
"""Tokens below which a short text is calibrated as one of so many."""


@dataclass(frozen=True, slots=True)
class Blend:
    """logit = sum of weight x part + bias, one weight for each part."""

    weights: tuple[float, ...]
    bias: float

    def logits(self, *parts: Floats) -> Floats:
        """Blended logits (float64 [n]) of the parts' logits (each [n])."""
        total = sum(weight * part for weight, part in zip(self.weights, parts, strict=True))
        return np.asarray(total + self.bias, dtype=np.float64)

    def probabilities(self, *parts: Floats) -> Floats:
        """Calibrated probability of positive (float64 [n])."""
        return sigmoid(self.logits(*parts))


@dataclass(frozen=True, slots=True)
class Curve:
    """What calibration adds to the blend for long texts and for unequal errors of the two classes.

    With u = max(0, log(tokens / knee)): logit z -> z exp(slope u) + drift u, after z was bent by the beta map of Kull
    et al. 2017 ("Beta calibration"), e^skew softplus(z) - e^-skew softplus(-z). Rising in z for every length.
    A long text sums more n-grams, so that its logit grows without more evidence: `slope` is its temperature, usually
    below 0.
    """

    knee: float = 60.0
    slope: float = 0.0
    drift: float = 0.0
    skew: float = 0.0

    def logits(self, logits: Floats, tokens: NDArray[np.int64]) -> Floats:
        """Calibrated logits [n] of blended logits [n] of texts of so many tokens [n]; 0 for a text without tokens."""
        u = np.log(np.maximum(tokens, self.knee) / self.knee)
        z = logits * np.exp(self.slope * u)
        if self.skew:
            z = np.exp(self.skew) * np.logaddexp(0.0, z) - np.exp(-self.skew) * np.logaddexp(0.0, -z)
        return np.asarray(np.where(tokens > 0, z + self.drift * u, 0.0), dtype=np.float64)


def of_reviews(serving: Serving) -> tuple[Blend, Curve]:
    """What `serving.json` says of reviews that both parts read, and of pieces of them."""
    blend = Blend((serving.blend_lstm, serving.blend_wide), serving.blend_bias)
    return blend, Curve(serving.length_knee, serving.length_slope, serving.length_drift, serving.skew)


@dataclass(frozen=True, slots=True)
class ShortTexts:
    """What calibration adds for a text of fewer than `knee` tokens that stands alone, as a message does.

    With v = log(knee / tokens), at least 0 and at most that of `SHORTEST` tokens: logit z -> z exp(slope v).
    A piece of a review often does not say what its review says, and whoever is calibrated on pieces with their reviews'
    labels is too unsure of a text that says all that its writer wanted to say. Every text keeps its side, and one of
    `knee` tokens or more its logit to the bit. (A bias by length too was right more often on the sentences that it was
    fitted on, and less often on others.)
    """

    knee: float = 60.0
    slope: float = 0.0

    def factors(self, tokens: NDArray[np.int64]) -> Floats:
        """What the logits of texts of so many tokens [n] are multiplied by, float64 [n]."""
        table = _factors(self.knee, self.slope)
        return table[np.minimum(tokens, len(table) - 1)]

    def logits(self, logits: Floats, tokens: NDArray[np.int64]) -> Floats:
        """Logits [n] as a verdict says them, of calibrated logits [n] of texts of so many tokens [n]; 0 for a text
        without tokens."""
        return np.asarray(np.where(tokens > 0, logits * self.factors(tokens), 0.0), dtype=np.float64)


@cache
def _factors(knee: float, slope: float) -> Floats:
    """`ShortTexts.factors` of 0, 1, ... tokens, up to the knee. Worked out once, so that a text has one factor to the
    bit, alone and among others."""
    tokens = np.arange(math.ceil(knee) + 1)
    return np.asarray(np.exp(slope * np.log(knee / np.clip(tokens, min(SHORTEST, knee), knee))), dtype=np.float64)
