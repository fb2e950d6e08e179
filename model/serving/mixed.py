"""Mixed reviews: clearly positive and clearly negative sentences in one text, by a rule with two fitted bounds.

A sentence is *clear* when its calibrated logit, read alone, is at least `logit` away from 0. A review is *mixed* when
it has clear sentences of both kinds and the weaker kind carries at least `share` of all clear logits. It is said beside
the label, never instead of it, and never means neutral: the training data has no 5 and 6 stars.
"""

from dataclasses import dataclass

import numpy as np

from model.numeric import Floats

STATED = 0.9
"""Clear sentences of one-sided reviews say what the review says this often, on the dev part."""
ONE_SIDED = 0.1
"""At most this share of one-sided reviews is called mixed, on the dev part."""


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
