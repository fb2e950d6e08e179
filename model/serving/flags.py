"""What makes a verdict doubtful: flags from per-word tables and bounds that were fitted on data
(`model.training.fit_flags`)."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from model.numeric import Floats
from model.serving.topic_model import TopicRule
from model.text import language
from model.text.cleaning import clean
from model.text.placeholders import is_placeholder
from model.text.small_talk import is_small_talk
from model.text.tokens import tokenize
from model.text.vocabulary import UNKNOWN

# An unknown word counts as if it stood here, in times the length of the vocabulary.
_BEYOND = 3.0
_TALK = 24
"""Tokens of the longest text that may be small talk."""
_SAYING = re.compile(r"[^\W\d_]|\d ?/ ?\d")
_LOOKED_AT = 200
"""Tokens that are looked at to see whether a text with few known words has words at all."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where each flag begins; all but the first three are fitted on data.

    short_words: fewer words are `too_short`; unknown_share: a larger share of words outside the vocabulary is
    `unknown_words`; max_tokens: longer texts are `truncated`; oddness, english: as in `model.text.language.is_foreign`;
    review: (least number of tokens, mean review score) in rising order; a text whose mean score is below the one of its
    length is `not_a_review`, shorter ones than the first never are; empty without scores. topic: which texts are about
    something else and therefore `not_a_review`; what it judges, `review` does not.
    """

    short_words: int
    unknown_share: float
    max_tokens: int
    oddness: float
    english: float
    review: tuple[tuple[float, float], ...] = ()
    topic: TopicRule = field(default_factory=TopicRule)

    def review_bound(self, tokens: int) -> float:
        """Least mean review score of a text of that many tokens that reads like a review."""
        found = -math.inf
        for least, bound in self.review:
            if tokens < least:
                break
            found = bound
        return found


class WordTable:
    """Sums over a text's words, from a table by word id, so that flags cost a few look-ups a review.

    `words` are the vocabulary's, in its order, which is that of frequency; `scores` and `topic` (float [rows of the
    embedding], or None) say how typical each word is of film reviews, and of other things.
    """

    COLUMNS = ("words", "unknown", "rarity", "score", "topic")

    def __init__(
        self,
        words: Sequence[str],
        scores: NDArray[np.floating] | None = None,
        topic: NDArray[np.floating] | None = None,
    ) -> None:
        rows = len(words) + 2
        self._table = np.zeros((rows, len(self.COLUMNS)), dtype=np.float32)
        letters = np.fromiter((word[:1].isalpha() for word in words), dtype=np.bool_, count=len(words))
        self._table[2:, 0] = letters
        self._table[2:, 2] = letters * np.log(np.arange(2, rows))
        self._table[UNKNOWN, 1] = 1.0
        if scores is not None:
            self._table[2:, 3] = np.asarray(scores, dtype=np.float32)[2:]
        if topic is not None:
            self._table[:, 4] = np.asarray(topic, dtype=np.float32)
        self._rarest = math.log(_BEYOND * rows)

    def sums(self, ids: NDArray[np.int32], starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> Floats:
        """The sums of `COLUMNS`, float64 [n, 5], of n texts that lie in `ids` (word ids) at `starts` with `lengths`."""
        # One row more than there are words, since a text may end at the very end; what lies between texts is dropped.
        values = np.zeros((len(ids) + 1, len(self.COLUMNS)), dtype=np.float32)
        # No id lies outside the table; "clip" spares the second copy of `out` that "raise" makes.
        self._table.take(ids, axis=0, out=values[:-1], mode="clip")
        ends = np.stack([starts, starts + lengths], axis=1).ravel()
        found = np.add.reduceat(values, ends, axis=0)[::2] if len(ends) else values[:0]
        return np.where(lengths[:, None] > 0, found, 0.0).astype(np.float64)

    def sums_of(self, rows: Sequence[NDArray[np.int32]]) -> Floats:
        """The same for texts with their word ids apart (each int32 [length])."""
        lengths = np.asarray([len(row) for row in rows], dtype=np.int64)
        ids = np.concatenate([np.zeros(0, dtype=np.int32), *rows])
        return self.sums(ids, np.cumsum(lengths) - lengths, lengths)

    def oddness(self, sums: Floats) -> float:
        """Mean log rank of the words of one text (`sums` as above), an unknown one as rare as can be; 0 without words.

        Low for English, whose function words are the most frequent ones, high for every other language.
        """
        words, unknown, rarity = sums[:3].tolist()
        return (rarity + unknown * self._rarest) / (words + unknown) if words + unknown else 0.0


def with_topic(sums: Floats, topic: Floats) -> Floats:
    """Sums of `WordTable` [n, 5] and of the topic model [n] side by side, [n, 6]."""
    return np.concatenate([sums, topic[:, None]], axis=1)


def unknown_share(sums: Floats, length: int) -> float:
    """Share of a text's tokens that are outside the vocabulary."""
    return float(sums[1]) / length if length else 0.0


def mean_score(sums: Floats, length: int) -> float:
    """Mean review score of a text's known tokens; 0 where there are none."""
    known = length - float(sums[1])
    return float(sums[3]) / known if known > 0 else 0.0


def topic_logit(length: int, logit: float, sums: Floats, bounds: Bounds) -> float | None:
    """Logit of another topic of a text of so many tokens; None where the topic model says nothing.

    logit: the verdict's; sums: [6], as `with_topic` gives them.
    """
    if not bounds.topic.judges(length):
        return None
    words, grams = sums[4:].tolist()
    return bounds.topic.logit(words, grams, length, logit)


def raised(
    text: str, length: int, topic: float | None, sums: Floats, table: WordTable, bounds: Bounds
) -> tuple[str, ...]:
    """The flags of one text.

    length: its number of tokens, of which `max_tokens` at most were read; topic: as `topic_logit`; sums: [6] of what
    was read, as `with_topic` gives them. The text itself is looked at only where the sums leave a doubt.
    """
    read = min(length, bounds.max_tokens)
    short = sums[0] < bounds.short_words and _few_words(text, bounds.short_words)
    found = []
    if short:
        found.append("too_short")
    foreign = language.is_foreign(text, table.oddness(sums), bounds.oddness, bounds.english)
    if foreign:
        found.append("not_english")
    unknown = not short and unknown_share(sums, read) > bounds.unknown_share
    if unknown:
        found.append("unknown_words")
    says_nothing = (short and _says_nothing(text)) or (length <= _TALK and is_small_talk(text))
    if says_nothing or (not (foreign or unknown or short) and _is_about_other_things(read, topic, sums, bounds)):
        found.append("not_a_review")
    if length > bounds.max_tokens:
        found.append("truncated")
    return tuple(found)


def _is_about_other_things(read: int, topic: float | None, sums: Floats, bounds: Bounds) -> bool:
    """Of a text in English: by the topic model where it judges, by the mean score of the `read` tokens else."""
    return mean_score(sums, read) < bounds.review_bound(read) if topic is None else topic > 0.0


def _says_nothing(text: str) -> bool:
    """Of a text of few words: whether it has none, nor a rating, or is a placeholder."""
    return is_placeholder(text.strip()) or not _SAYING.search(clean(text[: 20 * _LOOKED_AT]))


def _few_words(text: str, least: int) -> bool:
    # A long text is cut before it is tokenized again; _LOOKED_AT tokens of 20 letters are more than enough.
    tokens = tokenize(text[: 20 * _LOOKED_AT])[:_LOOKED_AT]
    return sum(token[0].isalnum() for token in tokens) < least
