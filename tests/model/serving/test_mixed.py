"""The rule for mixed reviews."""

import numpy as np
import pytest

from model.serving import mixed
from model.serving.mixed import Rule


def test_mixed_needs_clear_sentences_of_both_kinds_in_like_strength() -> None:
    rule = Rule(logit=1.0, share=0.3)
    assert rule.holds(np.asarray([2.0, -2.0]))
    assert not rule.holds(np.asarray([2.0, 2.0]))
    assert not rule.holds(np.asarray([4.0, -1.0]))
    assert not rule.holds(np.asarray([2.0, -0.9, -0.9, -0.9]))
    assert not rule.holds(np.zeros(0))


@pytest.mark.parametrize(
    ("sentences", "share"),
    [
        ([2.0, 1.0, -1.0], 0.25),
        ([2.0, -1.0, -5.0], 0.25),
        ([2.0, -0.4], 0.0),  # not clear
        ([2.0, -0.5], 0.2),  # clear from the bound on
        ([1.0, -1.0], 0.5),
        ([], 0.0),
    ],
)
def test_the_weaker_share_by_hand(sentences: list[float], share: float) -> None:
    assert mixed.weaker_share(np.asarray(sentences), 0.5) == pytest.approx(share)
    assert Rule(0.5, share).holds(np.asarray(sentences))
    assert not Rule(0.5, share + 0.01).holds(np.asarray(sentences))
