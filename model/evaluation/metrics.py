"""What is measured on labelled reviews, in NumPy."""

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.numeric import Floats, Labels

BINS = 15
COVERAGES = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)


@dataclass(frozen=True, slots=True)
class Metrics:
    """Figures on n labelled reviews; shares are in 0..1, positive is the class of precision, recall and F1.

    accuracy counts every review at probability 0.5, the uncertain ones included; confident_accuracy leaves out those
    inside the `uncertain` band. confusion: true_positive, false_positive, false_negative, true_negative. roc_auc: None
    when a class is missing. ece: expected calibration error over 15 bins. A share whose base is empty is 0.
    """

    reviews: int
    positive: int
    accuracy: float
    precision: float
    recall: float
    f1: float
    roc_auc: float | None
    confusion: dict[str, int]
    ece: float
    log_loss: float
    uncertain: int
    uncertain_share: float
    confident_accuracy: float

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON, fractions rounded to six places."""
        return {name: round(value, 6) if isinstance(value, float) else value for name, value in asdict(self).items()}


def share(part: float, whole: float) -> float:
    """part / whole; 0 when there is nothing to divide by."""
    return float(part) / float(whole) if whole else 0.0


def accuracy(probabilities: Floats, labels: Labels) -> float:
    """Share of reviews whose probability is on the side of 0.5 that their label (1 or 0) says."""
    return share(int(((probabilities >= 0.5) == (labels == 1)).sum()), len(labels))


def log_loss(probabilities: Floats, labels: Labels) -> float:
    """Mean negative log-likelihood in nats."""
    likelihood = np.where(labels == 1, probabilities, 1.0 - probabilities)
    return float(-np.log(np.clip(likelihood, 1e-12, 1.0)).mean()) if len(labels) else 0.0


def roc_auc(probabilities: Floats, labels: Labels) -> float:
    """Chance that a positive review gets a higher probability than a negative one, ties counting half.

    nan when a class is missing. The area under the ROC curve by Mann and Whitney's U (Hanley and McNeil 1982,
    Radiology 143).
    """
    return _weighted_auc(probabilities, labels)(np.ones(len(labels)))


def _weighted_auc(probabilities: Floats, labels: Labels) -> Callable[[Floats], float]:
    """ROC-AUC as a function of a weight [n] for each review; sorts once, so that resampling is cheap."""
    values, numbers = np.unique(probabilities, return_inverse=True)
    positive = (labels == 1).astype(np.float64)

    def area(weights: Floats) -> float:
        above = np.bincount(numbers, weights * positive, len(values))
        below = np.bincount(numbers, weights * (1 - positive), len(values))
        pairs = float(above.sum() * below.sum())
        won = float((above * (np.cumsum(below) - 0.5 * below)).sum())
        return won / pairs if pairs else math.nan

    return area


def resampled(probabilities: Floats, labels: Labels) -> Callable[[NDArray[np.int64]], dict[str, float]]:
    """The figures that get a bootstrap interval, as a function of the row numbers drawn (with repeats).

    accuracy, precision, recall, f1, roc_auc and log_loss, each as in `Metrics`, nan where its base is empty.
    """
    said, true = probabilities >= 0.5, labels == 1
    cells = 2 * said.astype(np.int64) + true
    likelihood = np.clip(np.where(true, probabilities, 1.0 - probabilities), 1e-12, 1.0)
    losses = -np.log(likelihood)
    area = _weighted_auc(probabilities, labels)

    def figures(rows: NDArray[np.int64]) -> dict[str, float]:
        tn, fn, fp, tp = (float(count) for count in np.bincount(cells[rows], minlength=4))
        return {
            "accuracy": (tp + tn) / len(rows),
            "precision": tp / (tp + fp) if tp + fp else math.nan,
            "recall": tp / (tp + fn) if tp + fn else math.nan,
            "f1": 2 * tp / (2 * tp + fp + fn) if tp + fp + fn else math.nan,
            "roc_auc": area(np.bincount(rows, minlength=len(labels)).astype(np.float64)),
            "log_loss": float(losses[rows].mean()),
        }

    return figures


def reliability(probabilities: Floats, labels: Labels, bins: int = BINS) -> list[dict[str, float]]:
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


def expected_calibration_error(probabilities: Floats, labels: Labels, bins: int = BINS) -> float:
    """Mean over reviews of |mean probability - share positive| of their bin.

    Naeini, Cooper, Hauskrecht 2015, "Obtaining Well Calibrated Probabilities Using Bayesian Binning", for the
    probability of positive, in equal-width bins.
    """
    rows = reliability(probabilities, labels, bins)
    gaps = sum(row["reviews"] * abs(row["probability"] - row["positive"]) for row in rows)
    return share(gaps, len(labels))


def ece_if_calibrated(probabilities: Floats, bins: int = BINS, draws: int = 500, seed: int = 1) -> tuple[float, float]:
    """What `expected_calibration_error` reads for perfectly calibrated probabilities [n]: mean and 95 % quantile.

    The error is never 0 on finitely many reviews. Labels are drawn from the probabilities themselves, so a measured
    error below the quantile is no sign of miscalibration. (Broecker and Smith 2007, "Increasing the Reliability of
    Reliability Diagrams".)
    """
    if len(probabilities) == 0:
        return 0.0, 0.0
    rng = np.random.default_rng(seed)
    numbers = np.minimum((probabilities * bins).astype(np.int64), bins - 1)
    expected = np.bincount(numbers, probabilities, bins)
    errors = []
    for _ in range(draws):
        drawn = (rng.random(len(probabilities)) < probabilities).astype(np.float64)
        gaps = np.abs(np.bincount(numbers, drawn, bins) - expected)
        errors.append(float(gaps.sum()) / len(probabilities))
    return float(np.mean(errors)), float(np.quantile(errors, 0.95))


def by_confidence(probabilities: Floats) -> NDArray[np.int64]:
    """Row numbers from the most confident (furthest from 0.5) to the least; equal ones stay in order."""
    return np.argsort(-np.abs(probabilities - 0.5), kind="stable")


def risk_coverage(probabilities: Floats, labels: Labels) -> list[dict[str, float]]:
    """Accuracy on the most confident share of the reviews, for shares of 50 % to 100 %.

    (El-Yaniv and Wiener 2010, "On the Foundations of Noise-free Selective Classification".)
    """
    order = by_confidence(probabilities)
    table = []
    for share in COVERAGES:
        kept = order[: max(1, round(share * len(order)))]
        table.append({"coverage": share, "accuracy": round(accuracy(probabilities[kept], labels[kept]), 6)})
    return table


DIAL_FROM, DIAL_TO, DIAL_STEP = 0.95, 0.995, 0.001
LEAST_COVERED = 0.5


def dial(probabilities: Floats, labels: Labels, band: float) -> list[dict[str, float]]:
    """The risk-coverage curve by accuracy: from 95 % to at most 99.5 %, how far from 0.5 verdicts must lie for it.

    Of each accuracy the least half-width, not below `band`, from which on no wider one that covers as many falls short
    of it; those that cover less than half of the reviews are left out, for they rest on a handful of errors.
    """
    order = by_confidence(probabilities)
    sure = np.abs(probabilities - 0.5)[order]
    right = ((probabilities >= 0.5) == (labels == 1))[order]
    reached = np.cumsum(right) / np.arange(1, len(order) + 1)
    table = []
    for step in range(round((DIAL_TO - DIAL_FROM) / DIAL_STEP) + 1):
        wanted = round(DIAL_FROM + step * DIAL_STEP, 6)
        enough = np.flatnonzero(reached >= wanted)
        if not len(enough) or (enough[-1] + 1) / len(order) < LEAST_COVERED:
            break
        width = max(band, float(sure[enough[-1]]))
        covered = float((sure >= width).mean())
        table.append({"accuracy": wanted, "half_width": round(width, 6), "coverage": round(covered, 6)})
    return table


def risk_area(probabilities: Floats, labels: Labels) -> float:
    """Mean error rate over all coverages (AURC): lower when errors are the least confident reviews; 0 for none."""
    if len(labels) == 0:
        return 0.0
    order = by_confidence(probabilities)
    wrong = ((probabilities >= 0.5) != (labels == 1))[order]
    return float((np.cumsum(wrong) / np.arange(1, len(wrong) + 1)).mean())


def measure(probabilities: Floats, labels: Labels, band: float | Floats) -> Metrics:
    """All figures for probabilities of positive [n] and labels (1 or 0) [n].

    A probability closer to 0.5 than `band`, one for all or one each [n], is uncertain.
    """
    said, true = probabilities >= 0.5, labels == 1
    tp, fp = int((said & true).sum()), int((said & ~true).sum())
    fn, tn = int((~said & true).sum()), int((~said & ~true).sum())
    sure = np.abs(probabilities - 0.5) >= band
    precision, recall = share(tp, tp + fp), share(tp, tp + fn)
    return Metrics(
        reviews=len(labels),
        positive=tp + fn,
        accuracy=share(tp + tn, len(labels)),
        precision=precision,
        recall=recall,
        f1=share(2 * precision * recall, precision + recall),
        roc_auc=None if math.isnan(area := roc_auc(probabilities, labels)) else area,
        confusion={"true_positive": tp, "false_positive": fp, "false_negative": fn, "true_negative": tn},
        ece=expected_calibration_error(probabilities, labels),
        log_loss=log_loss(probabilities, labels),
        uncertain=int((~sure).sum()),
        uncertain_share=share(int((~sure).sum()), len(labels)),
        confident_accuracy=accuracy(probabilities[sure], labels[sure]),
    )
