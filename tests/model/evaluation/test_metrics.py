"""Metrics on numbers with a known answer."""

import numpy as np
import pytest

from model.evaluation import metrics


def test_confusion_and_shares() -> None:
    p = np.asarray([0.9, 0.8, 0.65, 0.35, 0.2, 0.55])
    labels = np.asarray([1, 0, 1, 1, 0, 0], dtype=np.int8)
    found = metrics.measure(p, labels, band=0.1)
    assert found.confusion == {"true_positive": 2, "false_positive": 2, "false_negative": 1, "true_negative": 1}
    assert found.accuracy == pytest.approx(0.5)
    assert found.precision == pytest.approx(0.5)
    assert found.recall == pytest.approx(2 / 3)
    assert found.f1 == pytest.approx(4 / 7)
    assert found.uncertain == 1
    assert found.confident_accuracy == pytest.approx(3 / 5)
    # A band for each: the first and the fifth are too near to 0.5 now.
    each = metrics.measure(p, labels, band=np.asarray([0.45, 0.1, 0.1, 0.1, 0.45, 0.0]))
    assert (each.uncertain, each.confident_accuracy) == (2, pytest.approx(1 / 4))


def test_calibration_error_by_hand() -> None:
    # Two bins: ten reviews at 0.7 of which nine are positive, ten at 0.3 of which three are.
    p = np.asarray([0.7] * 10 + [0.3] * 10)
    labels = np.asarray([1] * 9 + [0] + [1] * 3 + [0] * 7, dtype=np.int8)
    assert metrics.expected_calibration_error(p, labels) == pytest.approx(0.1)
    assert metrics.expected_calibration_error(np.asarray([0.0, 1.0]), np.asarray([0, 1], dtype=np.int8)) == 0
    assert sum(row["reviews"] for row in metrics.reliability(p, labels)) == 20
    assert len(metrics.reliability(p, labels)) == 15


def test_nothing_to_measure_is_zero() -> None:
    found = metrics.measure(np.zeros(0), np.zeros(0, dtype=np.int8), band=0.1)
    assert (found.accuracy, found.f1, found.ece, found.log_loss) == (0, 0, 0, 0)


def test_roc_auc_by_hand_and_with_ties() -> None:
    labels = np.asarray([1, 0, 1, 0], dtype=np.int8)
    # Of the four pairs three are in order; a tie is half a pair.
    assert metrics.roc_auc(np.asarray([0.9, 0.5, 0.4, 0.1]), labels) == pytest.approx(0.75)
    assert metrics.roc_auc(np.asarray([0.9, 0.5, 0.5, 0.1]), labels) == pytest.approx(0.875)
    assert np.isnan(metrics.roc_auc(np.asarray([0.9, 0.5]), np.asarray([1, 1], dtype=np.int8)))
    assert metrics.measure(np.asarray([0.9]), np.asarray([1], dtype=np.int8), 0.0).roc_auc is None


def test_resampled_figures_agree_with_measuring_the_drawn_reviews() -> None:
    rng = np.random.default_rng(4)
    p = np.round(rng.random(300), 2)
    labels = (rng.random(300) < p).astype(np.int8)
    figures = metrics.resampled(p, labels)
    for _ in range(3):
        rows = rng.integers(0, 300, 280)
        drawn = metrics.measure(p[rows], labels[rows], 0.0).as_dict()
        assert figures(rows) == pytest.approx({name: drawn[name] for name in figures(rows)}, abs=1e-6)


def test_calibration_error_by_chance_alone() -> None:
    rng = np.random.default_rng(5)
    p = rng.random(2_000)
    mean, highest = metrics.ece_if_calibrated(p)
    measured = [metrics.expected_calibration_error(p, (rng.random(2_000) < p).astype(np.int8)) for _ in range(200)]
    assert mean == pytest.approx(float(np.mean(measured)), rel=0.1)
    assert 0.85 < float(np.mean(np.asarray(measured) < highest)) < 1
    # Far fewer reviews: chance alone explains more.
    assert metrics.ece_if_calibrated(p[:100])[0] > 3 * mean
    assert metrics.ece_if_calibrated(np.zeros(0)) == (0.0, 0.0)


def test_risk_area_rewards_errors_that_are_unsure() -> None:
    labels = np.asarray([1, 1, 1, 0], dtype=np.int8)
    unsure = metrics.risk_area(np.asarray([0.9, 0.95, 0.8, 0.6]), labels)
    sure = metrics.risk_area(np.asarray([0.9, 0.95, 0.8, 0.99]), labels)
    assert unsure == pytest.approx((0 + 0 + 0 + 1 / 4) / 4)
    assert sure == pytest.approx((1 + 1 / 2 + 1 / 3 + 1 / 4) / 4)
    assert metrics.risk_coverage(np.asarray([0.9, 0.95, 0.8, 0.6]), labels)[0] == {"coverage": 0.5, "accuracy": 1.0}


def test_the_dial_by_hand() -> None:
    """Ten reviews by falling confidence, the seventh and the tenth wrong: 6 of 6 right, then 8 of 9, then 8 of 10."""
    sure = np.asarray([0.5, 0.48, 0.46, 0.44, 0.42, 0.4, 0.3, 0.2, 0.1, 0.05])
    labels = np.asarray([1, 1, 1, 1, 1, 1, 0, 1, 1, 0], dtype=np.int8)
    found = metrics.dial(0.5 + sure, labels, 0.01)
    assert {(row["half_width"], row["coverage"]) for row in found} == {(0.4, 0.6)}
    assert [row["accuracy"] for row in found][:: len(found) - 1] == [0.95, 0.995]
    assert metrics.dial(0.5 + sure, 1 - labels, 0.01) == []
