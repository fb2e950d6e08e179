"""Calibration as it is served."""

import numpy as np
import pytest

from model.serving.calibration import Curve

KNEE = 50.0


def test_a_curve_keeps_the_order_of_texts_of_one_length_and_nothing_says_nothing() -> None:
    logits = np.linspace(-8, 8, 41)
    for tokens in (1, 50, 3_000):
        found = Curve(KNEE, -0.6, 0.4, 0.3).logits(logits, np.full(41, tokens))
        assert (np.diff(found) > 0).all()
    assert Curve(KNEE, -0.6, 0.4, 0.3).logits(np.asarray([2.0]), np.asarray([0])).tolist() == [0.0]
    # Without terms, and for short texts without skew, it changes nothing.
    assert Curve().logits(logits, np.full(41, 900)) == pytest.approx(logits)
    assert Curve(KNEE, -0.6, 0.4).logits(logits, np.full(41, 20)) == pytest.approx(logits)
