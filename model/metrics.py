"""What is measured on labelled reviews, in NumPy."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
BINS = 15


@dataclass(frozen=True, slots=True)
class Metrics:
    """Figures on n labelled reviews; shares are in 0..1, positive is the class of precision, recall and F1.

    accuracy counts every review at probability 0.5, the uncertain ones included; confident_accuracy leaves out those
    inside the `uncertain` band. confusion: true_positive, false_positive, false_negative, true_negative. ece: expected
    calibration error over 15 bins. A share whose base is empty is 0.
    """

    reviews: int
    positive: int
    accuracy: float
    precision: float
    recall: float
    f1: float
    confusion: dict[str, int]
    ece: float
    log_loss: float
    uncertain: int
    uncertain_share: float
    confident_accuracy: float

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON, fractions rounded to six places."""
        return {name: round(value, 6) if isinstance(value, float) else value for name, value in asdict(self).items()}


def _share(part: float, whole: float) -> float:
    return float(part) / float(whole) if whole else 0.0


def sigmoid(logits: Floats) -> Floats:
    """1 / (1 + e^-x), without overflow."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * logits)), dtype=np.float64)


def accuracy(probabilities: Floats, labels: NDArray[np.int8]) -> float:
    """Share of reviews whose probability is on the side of 0.5 that their label (1 or 0) says."""
    return _share(int(((probabilities >= 0.5) == (labels == 1)).sum()), len(labels))


def log_loss(probabilities: Floats, labels: NDArray[np.int8]) -> float:
    """Mean negative log-likelihood in nats."""
    likelihood = np.where(labels == 1, probabilities, 1.0 - probabilities)
    return float(-np.log(np.clip(likelihood, 1e-12, 1.0)).mean()) if len(labels) else 0.0


def reliability(probabilities: Floats, labels: NDArray[np.int8], bins: int = BINS) -> list[dict[str, float]]:
    """Per equal-width bin of probability: number of reviews, mean probability, share that is positive."""
    numbers = np.minimum((probabilities * bins).astype(np.int64), bins - 1)
    rows = []
    for number in range(bins):
        inside = numbers == number
        count = int(inside.sum())
        mean = float(probabilities[inside].mean()) if count else 0.0
        share = float((labels[inside] == 1).mean()) if count else 0.0
        rows.append({"reviews": count, "probability": round(mean, 6), "positive": round(share, 6)})
    return rows


def expected_calibration_error(probabilities: Floats, labels: NDArray[np.int8], bins: int = BINS) -> float:
    """Mean over reviews of |mean probability - share positive| of their bin.

    Naeini, Cooper, Hauskrecht 2015, "Obtaining Well Calibrated Probabilities Using Bayesian Binning", for the
    probability of positive, in equal-width bins.
    """
    rows = reliability(probabilities, labels, bins)
    gaps = sum(row["reviews"] * abs(row["probability"] - row["positive"]) for row in rows)
    return _share(gaps, len(labels))


def measure(probabilities: Floats, labels: NDArray[np.int8], band: float) -> Metrics:
    """All figures for probabilities of positive [n] and labels (1 or 0) [n].

    A probability closer to 0.5 than `band` is uncertain.
    """
    said, true = probabilities >= 0.5, labels == 1
    tp, fp = int((said & true).sum()), int((said & ~true).sum())
    fn, tn = int((~said & true).sum()), int((~said & ~true).sum())
    sure = np.abs(probabilities - 0.5) >= band
    precision, recall = _share(tp, tp + fp), _share(tp, tp + fn)
    return Metrics(
        reviews=len(labels),
        positive=tp + fn,
        accuracy=_share(tp + tn, len(labels)),
        precision=precision,
        recall=recall,
        f1=_share(2 * precision * recall, precision + recall),
        confusion={"true_positive": tp, "false_positive": fp, "false_negative": fn, "true_negative": tn},
        ece=expected_calibration_error(probabilities, labels),
        log_loss=log_loss(probabilities, labels),
        uncertain=int((~sure).sum()),
        uncertain_share=_share(int((~sure).sum()), len(labels)),
        confident_accuracy=accuracy(probabilities[sure], labels[sure]),
    )
