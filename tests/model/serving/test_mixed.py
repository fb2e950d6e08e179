"""The rule for mixed reviews."""

import numpy as np

from model.serving.mixed import Rule


def test_mixed_needs_clear_sentences_of_both_kinds_in_like_strength() -> None:
    rule = Rule(logit=1.0, share=0.3)
    assert rule.holds(np.asarray([2.0, -2.0]))
    assert not rule.holds(np.asarray([2.0, 2.0]))
    assert not rule.holds(np.asarray([4.0, -1.0]))
    assert not rule.holds(np.asarray([2.0, -0.9, -0.9, -0.9]))
    assert not rule.holds(np.zeros(0))
