"""Short input cut from reviews: single sentences and spans of a few, with their review's label as noisy gold."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.text.tokens import sentences, tokenize

LONGEST = 6
"""Sentences of the longest span."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """k pieces that have tokens: text, tokens, and the number of the review that each is cut from (int64 [k])."""

    texts: list[str]
    tokens: list[list[str]]
    owners: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.texts)

    def take(self, rows: Sequence[int]) -> "Pieces":
        """The pieces with those numbers."""
        chosen = list(rows)
        return Pieces([self.texts[row] for row in chosen], [self.tokens[row] for row in chosen], self.owners[chosen])


def _built(found: list[tuple[int, str]]) -> Pieces:
    tokens = [(owner, text, tokenize(text)) for owner, text in found]
    full = [row for row in tokens if row[2]]
    owners = np.asarray([owner for owner, _, _ in full], dtype=np.int64)
    return Pieces([text for _, text, _ in full], [words for _, _, words in full], owners)


def singles(texts: Sequence[str], most: int | None = None, seed: int = 1) -> Pieces:
    """Every sentence of every text, or `most` of them drawn at random."""
    found = [(owner, text[start:end]) for owner, text in enumerate(texts) for start, end in sentences(text)]
    if most is not None and len(found) > most:
        found = random.Random(seed).sample(found, most)  # noqa: S311 - a seeded sample, nothing secret
    return _built(found)


def spans(texts: Sequence[str], each: int = 4, seed: int = 1) -> Pieces:
    """From each text `each` runs of 1 to `LONGEST` neighbouring sentences, drawn at random."""
    rng = random.Random(seed)  # noqa: S311 - a seeded sample, nothing secret
    found = []
    for owner, text in enumerate(texts):
        ranges = sentences(text)
        for _ in range(each if ranges else 0):
            number = min(rng.randint(1, LONGEST), len(ranges))
            first = rng.randrange(len(ranges) - number + 1)
            found.append((owner, text[ranges[first][0] : ranges[first + number - 1][1]]))
    return _built(found)


def remarks(texts: Sequence[str], seed: int = 1) -> list[str]:
    """From each text one run of 2 to 5 neighbouring words: what a hurried remark looks like."""
    rng = random.Random(seed)  # noqa: S311 - a seeded sample, nothing secret
    found = []
    for text in texts:
        words = text.split()
        number = min(rng.randint(2, 5), len(words))
        first = rng.randrange(len(words) - number + 1)
        found.append(" ".join(words[first : first + number]))
    return found
