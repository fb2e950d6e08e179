"""The topic model: whether a short text is about a film at all, by a linear model on its words and pairs of words.

Fitted by `model.training.short_texts.fit_topic`. Topic stands in the words, opinion in the model's own logit: a text
that says neither what films are said of nor anything for or against is chat, a question or a retold plot.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.numeric import Floats
from model.serving.model_folder import Serving
from model.serving.ngram_model import NgramModel
from model.text import ngrams

WORDS, PAIRS = "topic_words.npy", "topic_pairs.npy"
LONGEST = 2
"""Words of the longest n-gram."""
START, END = "<s>", "</s>"
"""What stands before and after a text's tokens; no token of a text is like them."""
_MOST_SURE = 8.0
_LEAST_SCALE = 0.3
_ENDS = ngrams.checksums([START, END])


@dataclass(frozen=True, slots=True)
class TopicRule:
    """Where a text is about something else: above 0 of a logit, and in doubt up to `doubt` below 0, unless the
    verdict's own logit is at least `settled` away from 0: a clear opinion is mostly a review.

    most: tokens of the longest text that it judges, 0 where there is no topic model; bias, sureness, length: weights of
    1 and of what `features` gives.
    """

    most: int = 0
    bias: float = 0.0
    sureness: tuple[float, float] = (0.0, 0.0)
    length: tuple[float, float] = (0.0, 0.0)
    doubt: float = 0.0
    settled: float = math.inf

    def judges(self, tokens: int) -> bool:
        """Whether it says something of a text of so many tokens."""
        return 0 < tokens <= self.most

    def logit(self, words: float, grams: float, tokens: int, logit: float) -> float:
        """Logit of another topic. words, grams: summed weights of the vocabulary's words, and of hashed words and
        pairs; logit: the verdict's."""
        (of_words, of_grams), (long, short) = scales(tokens), lengths(tokens)
        sure = min(abs(logit), _MOST_SURE)
        beside = self.sureness[0] * sure + self.sureness[1] * min(sure, 1.0) + self.length[0] * long
        return words * of_words + grams * of_grams + self.bias + beside + self.length[1] * short

    def is_in_doubt(self, topic: float, logit: float) -> bool:
        """Whether a text with these logits, of another topic and of the verdict, may be about something else."""
        return topic > -self.doubt and abs(logit) < self.settled


@cache
def scales(tokens: int) -> tuple[float, float]:
    """What sums over the words, and over words and pairs, of so many tokens are multiplied by.

    One telling pair counts in a long text as in one of eleven tokens.
    """
    scale = 1.0 / math.sqrt(tokens)
    return scale, max(scale, _LEAST_SCALE)


@cache
def lengths(tokens: int) -> tuple[float, float]:
    """What counts of the length alone."""
    return math.log1p(tokens), 1.0 / tokens


def features(tokens: int, logit: float) -> tuple[float, float, float, float]:
    """What counts beside the words: how far from 0 the verdict's logit is, in all and up to 1, and the length twice."""
    sure = min(abs(logit), _MOST_SURE)
    return sure, min(sure, 1.0), *lengths(tokens)


def marked(tokens: Sequence[str]) -> list[str]:
    """Tokens with the marks of their text's start and end."""
    return [START, *tokens, END]


class TopicModel:
    """Summed weights of words and pairs, for texts of 1 to `most` tokens; 0 for all others, and without `ngrams`."""

    def __init__(self, model: NgramModel | None, most: int) -> None:
        self._model, self._most = model, most
        self._halves = None if model is None else model.table.view(np.uint16)

    def of_tokens(self, documents: Sequence[Sequence[str]]) -> Floats:
        """Float64 [len(documents)]."""
        found = np.zeros(len(documents))
        rows = [row for row, tokens in enumerate(documents) if 0 < len(tokens) <= self._most]
        if self._model is not None and rows:
            found[rows] = self._model.logits([marked(documents[row]) for row in rows])
        return found

    def of_checksums(
        self, checksums: NDArray[np.uint32], starts: NDArray[np.int64], lengths: NDArray[np.int64]
    ) -> Floats:
        """The same to the bit, by compiled code, of texts whose tokens' checksums lie at `starts` with `lengths`."""
        from model.serving import text_kernel  # needs Numba, as whoever calls this does

        found = np.zeros(len(lengths))
        rows = np.flatnonzero((lengths > 0) & (lengths <= self._most))
        if self._model is None or not len(rows):
            return found
        inside, whole = lengths[rows], lengths[rows] + len(_ENDS)
        begins = np.cumsum(whole) - whole
        own = np.empty(int(whole.sum()), dtype=np.uint32)
        own[begins], own[begins + whole - 1] = _ENDS
        steps = np.arange(int(inside.sum())) - np.repeat(np.cumsum(inside) - inside, inside)
        own[np.repeat(begins + 1, inside) + steps] = checksums[np.repeat(starts[rows], inside) + steps]
        sums = np.zeros(len(rows))
        text_kernel.wide(own, begins, whole, LONGEST, self._model.bits, self._halves, True, sums)
        # Sums of float16 are exact in float64, so their order does not matter.
        found[rows] = sums + self._model.bias
        return found


def rule(serving: Serving) -> TopicRule:
    """What `serving.json` says about the topic."""
    if not serving.topic_tokens:
        return TopicRule()
    (sure, unsure), (long, short) = serving.topic_sureness, serving.topic_length
    beside = ((sure, unsure), (long, short), serving.topic_doubt, serving.topic_settled)
    return TopicRule(serving.topic_tokens, serving.topic_bias, *beside)


def fields(rule: TopicRule) -> dict[str, Any]:
    """The fields of `Serving` that say it; of no rule at all, those of a folder without a topic model."""
    return {
        "topic_tokens": rule.most,
        "topic_bias": rule.bias,
        "topic_sureness": list(rule.sureness),
        "topic_length": list(rule.length),
        "topic_doubt": rule.doubt,
        "topic_settled": rule.settled if rule.most else 0.0,
    }


def read(folder: Path, serving: Serving) -> TopicModel:
    """The topic model of a model folder; one that says nothing where the folder has none."""
    if not serving.topic_tokens:
        return TopicModel(None, 0)
    return TopicModel(NgramModel(np.load(folder / PAIRS, mmap_mode="r"), 0.0, LONGEST), serving.topic_tokens)
