"""Opinion or not: does a clause judge, or does it retell the plot or state a fact?

A logistic model over what the scorer says of the clause and over its words, each with a weight for opinion (Pang & Lee
2004, "A Sentimental Education": sentences of reviews beside sentences that retell a plot). Fitted by
`model.training.fit_opinion`.
"""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat
from pathlib import Path

FILE = Path(__file__).parent / "opinion.json"


@dataclass(frozen=True, slots=True)
class Signs:
    """What is known of a clause. logit: its calibrated one; sentence, words: `Opinion.sum_of` the words of its sentence
    and of its own; strength: the furthest leaning of one of its words; says: whether a phrase of the
    vocabulary says an opinion by itself."""

    logit: float
    sentence: float
    words: float
    strength: float
    says: bool

    def values(self) -> tuple[float, ...]:
        """The features of `Opinion.weights`, in its order."""
        sure = abs(self.logit)
        return 1.0, sure, min(sure, 1.0), self.sentence, self.words, min(self.strength, 1.0), float(self.says)


@dataclass(frozen=True, slots=True)
class Opinion:
    """words: weight of a word, above 0 for opinion; leanings: how far a word is for (above 0) or against something, in
    the scorer's logit; bias: of a sentence without words; weights: of `Signs.values`."""

    words: Mapping[str, float]
    leanings: Mapping[str, float]
    bias: float
    weights: tuple[float, ...]

    def sum_of(self, words: Iterable[str]) -> float:
        """Bias and the weights of the distinct words (logit units): above 0 reads like a review, below like a plot."""
        # One after the other, as compiled code adds: `sum` makes up for rounding from Python 3.12 on.
        total = 0.0
        for weight in map(self.words.get, dict.fromkeys(words), repeat(0.0)):
            total += weight
        return self.bias + total

    def logit(self, signs: Signs) -> float:
        """Logit of the probability that a clause is an opinion."""
        total = 0.0
        for weight, value in zip(self.weights, signs.values(), strict=True):
            total += weight * value
        return total


def logit_of(probability: float) -> float:
    """The logit of a probability between 0 and 1."""
    return math.log(probability / (1.0 - probability))


@lru_cache(maxsize=1)
def shipped() -> Opinion:
    """The fitted model of the repository, read once."""
    found = json.loads(FILE.read_text(encoding="utf-8"))
    return Opinion(found["words"], found["leanings"], found["bias"], tuple(found["weights"]))
