"""The sigmoid at its ends."""

import numpy as np

from model.numeric import sigmoid


def test_sigmoid_does_not_overflow() -> None:
    assert sigmoid(np.asarray([-1e4, 0.0, 1e4])).tolist() == [0.0, 0.5, 1.0]


def test_sigmoid_by_hand() -> None:
    # Odds of 3, 1/3 and 9.
    found = sigmoid(np.asarray([1.0986122887, -1.0986122887, 2.1972245773]))
    np.testing.assert_allclose(found, [0.75, 0.25, 0.9], atol=1e-9)
