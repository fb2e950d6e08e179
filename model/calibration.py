"""From logits to a calibrated probability and to the `uncertain` band, both fitted on the dev part.

Platt scaling (Platt 1999) on one or more logits: weights and a bias of a logistic regression, which blends them and
sets the temperature at once.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.metrics import Floats, sigmoid


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


def fit(parts: list[Floats], labels: NDArray[np.int8], *, ridge: float = 1e-3, rounds: int = 50) -> Blend:
    """The blend of the parts' logits (each [n]) with the least log loss on labels (1 or 0) [n], by Newton's method.

    `ridge` (per review, on the standardised parts) keeps the weights finite where the parts separate the classes.
    """
    columns = np.stack(parts, axis=1).astype(np.float64)
    scale = np.maximum(columns.std(axis=0), 1e-9)
    design = np.concatenate([columns / scale, np.ones((len(labels), 1))], axis=1)
    target = (labels == 1).astype(np.float64)
    penalty = np.diag([ridge * len(labels)] * len(parts) + [1e-9])
    theta = np.zeros(design.shape[1])
    for _ in range(rounds):
        p = sigmoid(design @ theta)
        gradient = design.T @ (p - target) + penalty @ theta
        hessian = (design * (p * (1 - p))[:, None]).T @ design + penalty
        step = np.linalg.solve(hessian, gradient)
        theta -= step
        if float(np.abs(step).max()) < 1e-10:
            break
    return Blend(tuple(float(weight) for weight in theta[:-1] / scale), float(theta[-1]))


def uncertain_band(probabilities: Floats, labels: NDArray[np.int8], stated: float) -> float:
    """Smallest half-width w such that verdicts with |p - 0.5| >= w are right at least `stated` of the time.

    At most 0.45, so that a sure verdict stays possible; 0 where all verdicts together are that good.
    """
    confidence = np.abs(probabilities - 0.5)
    order = np.argsort(-confidence, kind="stable")
    right = ((probabilities >= 0.5) == (labels == 1))[order]
    running = np.cumsum(right) / np.arange(1, len(right) + 1)
    good = np.flatnonzero(running >= stated)
    if len(good) == 0:
        return 0.45
    if good[-1] == len(right) - 1:
        return 0.0
    return float(min(0.45, confidence[order[good[-1]]]))
