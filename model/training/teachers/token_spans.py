"""Pieces of one to a few sentences cut from tokenized reviews: transfer data for short input."""

from collections.abc import Sequence

import numpy as np

_ENDS = frozenset({".", "!", "?", "..."})
_CLOSERS = frozenset({'"', "'", ")", "]"})


def sentence_starts(tokens: Sequence[str]) -> list[int]:
    """Where sentences begin (first 0), and the number of tokens at the end; ends are . ! ? and what closes after it."""
    starts = [0]
    for place in range(1, len(tokens)):
        before = tokens[place - 1]
        ended = before in _ENDS or (before in _CLOSERS and place > 1 and tokens[place - 2] in _ENDS)
        if ended and tokens[place] not in _ENDS and tokens[place] not in _CLOSERS:
            starts.append(place)
    return [*starts, len(tokens)]


def place(tokens: Sequence[str], longest: int, rng: np.random.Generator) -> tuple[int, int]:
    """Where a piece of 1 to `longest` sentences in a row is (half-open), its length and its place drawn evenly."""
    starts = sentence_starts(tokens)
    sentences = len(starts) - 1
    number = int(rng.integers(1, min(longest, sentences) + 1))
    first = int(rng.integers(0, sentences - number + 1))
    return starts[first], starts[first + number]
