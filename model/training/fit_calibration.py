"""Fits the calibration: the blend of the parts' logits, its form by length, and the `uncertain` band.

All of it on the dev part. The form is chosen by cross-validation; what is served is `model.serving.calibration`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.numeric import Floats, sigmoid
from model.serving.calibration import Blend, Curve, ShortTexts


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


@dataclass(frozen=True, slots=True)
class Sample:
    """What calibration is fitted on: n texts (whole reviews, spans and sentences cut from them).

    parts: logits of each part of the model (each [n]); tokens, labels, owners (the review each is cut from), weights:
    each [n]; the label of a cut piece is its review's; whole: which are whole reviews.
    """

    parts: list[Floats]
    tokens: NDArray[np.int64]
    labels: NDArray[np.int8]
    owners: NDArray[np.int64]
    weights: Floats
    whole: NDArray[np.bool_]

    def take(self, rows: NDArray[np.bool_]) -> "Sample":
        """Those of the rows where `rows` [n] is true."""
        kept = (self.tokens[rows], self.labels[rows], self.owners[rows], self.weights[rows], self.whole[rows])
        return Sample([part[rows] for part in self.parts], *kept)


FORMS: dict[str, tuple[str, ...]] = {
    "platt": (),
    "platt, temperature by length": ("slope",),
    "platt, temperature and bias by length": ("slope", "drift"),
    "beta": ("skew",),
    "beta, temperature and bias by length": ("slope", "drift", "skew"),
}
"""The forms that may be served, simple ones first, with the terms of `Curve` that each frees."""
_FOLDS = 5
# Keeps the free terms of the curve from wandering where the data does not say.
_RIDGE = 1e-3


def class_weights(labels: NDArray[np.int8], positive: float) -> Floats:
    """Weights [n] under which the share of positive labels is `positive`.

    The dev part is a few films, whose mix is chance (45 % positive here); what is served is calibrated for the mix of
    the training part. (Saerens et al. 2002, "Adjusting the Outputs of a Classifier to New a Priori Probabilities".)
    """
    share = float((labels == 1).mean())
    return np.asarray(np.where(labels == 1, positive / share, (1.0 - positive) / (1.0 - share)), dtype=np.float64)


def fit_curve(sample: Sample, knee: float, terms: tuple[str, ...]) -> tuple[Blend, Curve]:
    """Blend and curve with the least weighted log loss; terms of the curve that are not named stay 0. Needs SciPy."""
    from scipy.optimize import minimize

    number = len(sample.parts)
    columns = np.stack([*sample.parts, np.ones(len(sample.tokens))], axis=1)
    target = (sample.labels == 1).astype(np.float64)
    weights = sample.weights / sample.weights.sum()
    scale = np.concatenate([np.maximum(columns[:, :-1].std(axis=0), 1e-9), [1.0]])

    def built(theta: Floats) -> tuple[Blend, Curve]:
        plain = theta[: number + 1] / scale
        free = dict(zip(terms, (float(value) for value in theta[number + 1 :]), strict=True))
        return Blend(tuple(float(value) for value in plain[:-1]), float(plain[-1])), Curve(knee=knee, **free)

    def loss(theta: Floats) -> float:
        blend, curve = built(theta)
        logits = curve.logits(blend.logits(*sample.parts), sample.tokens)
        unlikely = np.logaddexp(0.0, logits) - target * logits
        return float((weights * unlikely).sum() + _RIDGE * ((theta[number + 1 :] ** 2).sum() + 0.01 * (theta**2).sum()))

    start = np.concatenate([np.full(number, 1.0 / number), np.zeros(1 + len(terms))])
    return built(np.asarray(minimize(loss, start, method="L-BFGS-B").x, dtype=np.float64))


def fit_short(knee: float, logits: Floats, tokens: NDArray[np.int64], labels: NDArray[np.int8]) -> ShortTexts:
    """The temperature of short texts that has the least log loss on sentences with labels of their own: their
    calibrated logits, numbers of tokens and labels, each [n]. Needs SciPy.
    """
    from scipy.optimize import minimize

    def built(theta: Floats) -> ShortTexts:
        return ShortTexts(knee, float(theta[0]))

    def loss(theta: Floats) -> float:
        found = built(theta).logits(logits, tokens)
        return float((np.logaddexp(0.0, found) - (labels == 1) * found).mean() + _RIDGE * (theta**2).sum())

    return built(np.asarray(minimize(loss, np.zeros(1), method="L-BFGS-B").x, dtype=np.float64))


def _losses(sample: Sample, logits: Floats) -> Floats:
    """Log loss [n] of each text."""
    return np.asarray(np.logaddexp(0.0, logits) - (sample.labels == 1) * logits, dtype=np.float64)


def _isotonic(inside: Sample, outside: Sample, knee: float) -> Floats:
    """Logits of `outside` by isotonic regression on Platt-scaled logits (Zadrozny & Elkan 2002), for comparison."""
    from sklearn.isotonic import IsotonicRegression

    blend, _ = fit_curve(inside, knee, ())
    line = IsotonicRegression(y_min=0.005, y_max=0.995, out_of_bounds="clip")
    line.fit(blend.logits(*inside.parts), inside.labels == 1, sample_weight=inside.weights)
    probability = line.predict(blend.logits(*outside.parts))
    return np.asarray(np.log(probability) - np.log1p(-probability), dtype=np.float64)


def choose(sample: Sample, groups: NDArray[np.int64], knee: float) -> tuple[str, list[dict[str, object]]]:
    """The form to serve, and every form's cross-validated log loss on whole reviews and on cut pieces.

    Five folds that keep each group (film) [n] together. Taken is the simplest form within one standard error (over
    reviews, paired) of the best one (Breiman et al. 1984). Isotonic regression is measured beside them but never taken:
    its steps give reviews of different logits the same probability.
    """
    names = np.unique(groups)
    fold = (np.random.default_rng(1).permutation(len(names)) % _FOLDS)[np.searchsorted(names, groups)]
    losses = {name: np.zeros(len(fold)) for name in [*FORMS, "isotonic"]}
    for number in range(_FOLDS):
        inside, outside = sample.take(fold != number), sample.take(fold == number)
        for name, terms in FORMS.items():
            blend, curve = fit_curve(inside, knee, terms)
            found = curve.logits(blend.logits(*outside.parts), outside.tokens)
            losses[name][fold == number] = _losses(outside, found)
        losses["isotonic"][fold == number] = _losses(outside, _isotonic(inside, outside, knee))
    per_review = {
        name: np.bincount(sample.owners, sample.weights * values) for name, values in losses.items() if name in FORMS
    }
    best = min(per_review, key=lambda name: float(per_review[name].sum()))
    chosen = best
    for name in FORMS:
        gap = per_review[name] - per_review[best]
        if float(gap.sum()) <= float(gap.std() * np.sqrt(len(gap))):
            chosen = name
            break
    table: list[dict[str, object]] = []
    for name, values in losses.items():
        whole = float(np.average(values[sample.whole], weights=sample.weights[sample.whole]))
        cut = float(np.average(values[~sample.whole], weights=sample.weights[~sample.whole]))
        table.append({"form": name, "reviews": round(whole, 5), "pieces": round(cut, 5), "served": name == chosen})
    return chosen, table
