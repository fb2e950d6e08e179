"""Calibration's fit on numbers with a known answer."""

import numpy as np
import pytest

from model.evaluation import metrics
from model.numeric import sigmoid
from model.training import fit_calibration
from model.training.fit_calibration import Sample


def test_calibration_finds_the_temperature() -> None:
    rng = np.random.default_rng(1)
    true = rng.normal(0, 2, 20_000)
    labels = (rng.random(20_000) < sigmoid(true)).astype(np.int8)
    blend = fit_calibration.fit([3 * true + 1], labels, ridge=0)
    assert blend.weights[0] == pytest.approx(1 / 3, rel=0.05)
    assert blend.bias == pytest.approx(-1 / 3, abs=0.05)
    assert metrics.expected_calibration_error(blend.probabilities(3 * true + 1), labels) < 0.02


def test_blend_is_better_than_either_part() -> None:
    rng = np.random.default_rng(2)
    first, second = rng.normal(0, 1, (2, 5_000))
    labels = (rng.random(5_000) < sigmoid(2 * first + 2 * second)).astype(np.int8)
    blended = fit_calibration.fit([first, second], labels).probabilities(first, second)
    alone = fit_calibration.fit([first], labels).probabilities(first)
    assert metrics.log_loss(blended, labels) < metrics.log_loss(alone, labels) - 0.05


def test_separable_parts_stay_finite() -> None:
    logit = np.linspace(-3, 3, 100)
    blend = fit_calibration.fit([logit], (logit > 0).astype(np.int8))
    assert np.isfinite([*blend.weights, blend.bias]).all()


def test_band_keeps_the_stated_accuracy() -> None:
    rng = np.random.default_rng(3)
    p = rng.random(20_000)
    labels = (rng.random(20_000) < p).astype(np.int8)
    band = fit_calibration.uncertain_band(p, labels, 0.9)
    sure = np.abs(p - 0.5) >= band
    assert metrics.accuracy(p[sure], labels[sure]) >= 0.9
    assert band == pytest.approx(0.3, abs=0.03)
    assert fit_calibration.uncertain_band(p, (p >= 0.5).astype(np.int8), 0.9) == 0
    assert fit_calibration.uncertain_band(p, (p < 0.5).astype(np.int8), 0.9) == 0.45


KNEE = 50.0


def sample(seed: int, *, slope: float, drift: float, number: int = 6_000) -> Sample:
    """Made-up logits of texts of 5 to 500 tokens whose true temperature and bias depend on the length as said."""
    rng = np.random.default_rng(seed)
    tokens = np.exp(rng.uniform(np.log(5), np.log(500), number)).astype(np.int64)
    logits = rng.normal(0, 2, number)
    # Written out, since the fit uses the served `Curve`: a sign that is wrong in both would not show.
    knees = np.log(np.maximum(tokens, KNEE) / KNEE)
    true = logits * np.exp(slope * knees) + drift * knees
    labels = (rng.random(number) < sigmoid(true)).astype(np.int8)
    return Sample([logits], tokens, labels, np.arange(number), np.ones(number), tokens > 100)


def test_calibration_finds_temperature_and_bias_by_length() -> None:
    given = sample(1, slope=-0.4, drift=0.5, number=40_000)
    blend, curve = fit_calibration.fit_curve(given, KNEE, ("slope", "drift"))
    assert blend.weights[0] == pytest.approx(1, abs=0.08)
    assert curve.slope == pytest.approx(-0.4, abs=0.06)
    assert curve.drift == pytest.approx(0.5, abs=0.08)


def test_the_simplest_form_that_is_as_good_is_served() -> None:
    groups = np.arange(6_000) % 100
    chosen, table = fit_calibration.choose(sample(2, slope=0, drift=0), groups, KNEE)
    assert chosen == "platt"
    chosen, table = fit_calibration.choose(sample(3, slope=-0.8, drift=0.6), groups, KNEE)
    assert chosen == "platt, temperature and bias by length"
    assert [row["form"] for row in table if row["served"]] == [chosen]
    assert {row["form"] for row in table} == {*fit_calibration.FORMS, "isotonic"}


def test_class_weights_restore_the_stated_mix() -> None:
    labels = np.asarray([1] * 30 + [0] * 70, dtype=np.int8)
    weights = fit_calibration.class_weights(labels, 0.5)
    assert weights[labels == 1].sum() == pytest.approx(50)
    assert weights.sum() == pytest.approx(100)


@pytest.mark.parametrize(("stated", "band"), [(0.9, 0.3), (0.75, 0.0), (0.8, 0.0), (0.81, 0.3), (1.0, 0.3)])
def test_the_band_by_hand(stated: float, band: float) -> None:
    # From the surest on: right, right, right, wrong, right; so 1, 1, 1, 3/4 and 4/5 of them are right.
    probabilities = np.asarray([0.6, 0.95, 0.1, 0.2, 0.7])
    labels = np.asarray([1, 1, 0, 0, 0], dtype=np.int8)
    assert fit_calibration.uncertain_band(probabilities, labels, stated) == pytest.approx(band)


def test_short_texts_get_their_temperature_and_longer_ones_stay() -> None:
    rng = np.random.default_rng(5)
    tokens = rng.integers(2, 60, 20_000)
    logits = rng.normal(0, 1, 20_000)
    shortness = np.log(KNEE / np.clip(tokens, 16, KNEE))
    labels = (rng.random(20_000) < sigmoid(logits * np.exp(0.6 * shortness))).astype(np.int8)
    found = fit_calibration.fit_short(KNEE, logits, tokens, labels)
    assert found.slope == pytest.approx(0.6, abs=0.05)
    longer = tokens >= KNEE
    assert (found.logits(logits, tokens)[longer] == logits[longer]).all()
