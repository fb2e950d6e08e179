"""Figures on parts of the reviews, by length, stars, negation and form: a weak spot does not hide in the mean."""

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.evaluation.statistics import share_interval
from model.numeric import Floats, Labels
from model.text.cue_words import CONTRASTS, NEGATIONS
from model.text.tokens import tokenize

LENGTHS = (1, 51, 101, 201, 401, 801)
"""First number of words (white space) of each slice by length."""
# More than this many negations in 100 tokens are many: about a quarter of all reviews have that.
_MANY = 2.0
_BREAK = re.compile(r"<br\s{0,4}/?\s{0,4}>", re.IGNORECASE)
_SCORE = re.compile(r"\b(?:10|[0-9])(?:\.5)?\s?(?:/\s?(?:10|5|4)\b|out of (?:10|ten|5|five|4|four)\b)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Slice:
    """Figures on one part.

    by: what the reviews are sorted by; name: which of its parts; low, high: 95 % Wilson interval of the accuracy, which
    takes reviews as independent; positive: share of positive labels; probability: mean probability of positive, equal
    to `positive` where calibrated.
    """

    by: str
    name: str
    reviews: int
    accuracy: float
    low: float
    high: float
    positive: float
    probability: float

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON, six places."""
        return {name: round(value, 6) if isinstance(value, float) else value for name, value in asdict(self).items()}


def measure(by: str, name: str, inside: NDArray[np.bool_], probabilities: Floats, labels: Labels) -> Slice | None:
    """The figures of the reviews [n] that are `inside`; None when there are none."""
    count = int(inside.sum())
    if count == 0:
        return None
    right = int(((probabilities >= 0.5) == (labels == 1))[inside].sum())
    interval = share_interval(right, count)
    positive, mean = float((labels[inside] == 1).mean()), float(probabilities[inside].mean())
    return Slice(by, name, count, right / count, interval.low, interval.high, positive, mean)


def _lengths(texts: list[str]) -> Iterable[tuple[str, NDArray[np.bool_]]]:
    words = np.asarray([len(text.split()) for text in texts])
    for first, after in zip(LENGTHS, (*LENGTHS[1:], None), strict=True):
        name = f"{first} words or more" if after is None else f"{first} to {after - 1} words"
        yield name, words >= first if after is None else (words >= first) & (words < after)


def _negation(tokens: list[list[str]]) -> Iterable[tuple[str, NDArray[np.bool_]]]:
    found = np.asarray([sum(token in NEGATIONS for token in row) for row in tokens])
    share = 100 * found / np.maximum(1, [len(row) for row in tokens])
    yield "no negation", found == 0
    yield f"up to {_MANY:g} negations in 100 tokens", (found > 0) & (share <= _MANY)
    yield f"more than {_MANY:g} negations in 100 tokens", share > _MANY


def _two(having: Iterable[bool], with_it: str, without: str) -> Iterable[tuple[str, NDArray[np.bool_]]]:
    mask = np.fromiter(having, dtype=np.bool_)
    return (with_it, mask), (without, ~mask)


def _stars(ratings: NDArray[np.int8]) -> Iterable[tuple[str, NDArray[np.bool_]]]:
    for stars in range(1, 11):
        yield f"{stars} {'star' if stars == 1 else 'stars'}", ratings == stars


def _groups(
    texts: list[str], labels: Labels, ratings: NDArray[np.int8]
) -> Iterable[tuple[str, Iterable[tuple[str, NDArray[np.bool_]]]]]:
    tokens = [tokenize(text) for text in texts]
    yield "label", _two(labels == 1, "positive", "negative")
    yield "stars", _stars(ratings)
    yield "length", _lengths(texts)
    yield "negation", _negation(tokens)
    contrast = (not CONTRASTS.isdisjoint(row) for row in tokens)
    yield "contrast", _two(contrast, "but, however, although ...", "no contrast word")
    breaks = (_BREAK.search(text) is not None for text in texts)
    yield "line breaks", _two(breaks, "with <br />", "without <br />")
    scored = (_SCORE.search(text) is not None for text in texts)
    yield "own score", _two(scored, "names a score such as 8/10", "names no score")


def slices(texts: list[str], labels: Labels, ratings: NDArray[np.int8], probabilities: Floats) -> list[Slice]:
    """Figures by label, stars, length in words, negation, contrast, `<br />` and a score in the text.

    texts [n], labels 1 or 0 [n], ratings 1 to 10 or 0 where unknown [n], probabilities of positive [n]. A part without
    reviews is left out.
    """
    found = (
        measure(by, name, inside, probabilities, labels)
        for by, parts in _groups(texts, labels, ratings)
        for name, inside in parts
    )
    return [one for one in found if one is not None]
