"""Errors of the star estimate, by hand."""

import numpy as np
import pytest

from model.evaluation import star_errors


def test_errors_by_hand() -> None:
    found = star_errors.errors(np.asarray([1.0, 8.0, 9.5, 4.0]), np.asarray([1, 7, 8, 10], dtype=np.int8))
    assert found == {"mae": pytest.approx(8.5 / 4), "within_one": pytest.approx(0.5)}


def test_the_baseline_is_each_labels_median() -> None:
    logits = np.asarray([-3.0, -2.0, -0.1, 0.0, 1.0, 5.0])
    assert star_errors.baseline(logits, np.asarray([1, 2, 4, 7, 10, 9], dtype=np.int8)) == (2.0, 9.0)
