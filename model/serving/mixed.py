"""Mixed reviews: clearly positive and clearly negative sentences in one text, by a rule with two fitted bounds.

A sentence is *clear* when its calibrated logit, read alone, is at least `logit` away from 0. A review is *mixed* when
it has clear sentences of both kinds and the weaker kind carries at least `share` of all clear logits. It is said beside
the label, never instead of it, and never means neutral: the training data has no 5 and 6 stars.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.evaluation.metrics import Floats

STATED = 0.9
"""Clear sentences of one-sided reviews say what the review says this often, on the dev part."""
ONE_SIDED = 0.1
"""At most this share of one-sided reviews is called mixed, on the dev part."""
_STEPS = np.arange(0.2, 4.01, 0.1)
_SHARES = np.arange(0.05, 0.51, 0.01)


@dataclass(frozen=True, slots=True)
class Rule:
    """logit: a sentence is clear from here on (logit units); share: least part of the weaker side, 0..0.5."""

    logit: float
    share: float

    def holds(self, sentences: Floats) -> bool:
        """Whether a review whose sentences, each alone, have these calibrated logits [n] is mixed."""
        return weaker_share(sentences, self.logit) >= self.share


def weaker_share(sentences: Floats, logit: float) -> float:
    """Part of the weaker side in the sum of clear logits (0 to 0.5); 0 where a side has no clear sentence."""
    clear = sentences[np.abs(sentences) >= logit]
    positive, negative = float(clear[clear > 0].sum()), -float(clear[clear < 0].sum())
    return min(positive, negative) / (positive + negative) if len(clear) else 0.0


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
