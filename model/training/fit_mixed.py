"""Fits the two bounds of the rule for mixed reviews (`model.serving.mixed`) on sentences of the dev part."""

import numpy as np
from numpy.typing import NDArray

from model.numeric import Floats
from model.serving.mixed import ONE_SIDED, STATED, Rule, weaker_share

_STEPS = np.arange(0.2, 4.01, 0.1)
_SHARES = np.arange(0.05, 0.51, 0.01)


def fit(logits: Floats, owners: NDArray[np.int64], labels: NDArray[np.int8], one_sided: NDArray[np.bool_]) -> Rule:
    """The rule from sentences' logits [k], the numbers of their reviews [k], and labels [n] of those reviews.

    one_sided [n]: which reviews have 1 or 10 stars (all, where stars are unknown). Found are the least `logit` at which
    clear sentences of one-sided reviews agree with the label `STATED` of the time, and then the least `share` that
    calls at most `ONE_SIDED` of those reviews mixed.
    """
    inside = one_sided[owners]
    agree = (logits > 0) == (labels[owners] == 1)
    found = float(_STEPS[-1])
    for step in _STEPS.tolist():
        clear = inside & (np.abs(logits) >= step)
        if not clear.any() or float(agree[clear].mean()) >= STATED:
            found = step
            break
    numbers = np.flatnonzero(one_sided)
    shares = np.asarray([weaker_share(logits[owners == number], found) for number in numbers])
    for share in _SHARES.tolist():
        if float((shares >= share).mean()) <= ONE_SIDED:
            return Rule(round(found, 2), round(share, 2))
    return Rule(round(found, 2), 0.5)
