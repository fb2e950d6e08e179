"""The sigmoid at its ends."""

import numpy as np

from model.numeric import sigmoid


def test_sigmoid_does_not_overflow() -> None:
    assert sigmoid(np.asarray([-1e4, 0.0, 1e4])).tolist() == [0.0, 0.5, 1.0]
