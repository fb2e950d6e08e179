"""What gets a soft label: reviews with and without a label, pieces cut from both, and the dev part."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.config import DistilConfig
from model.data import Corpus
from model.teachers import spans


@dataclass(frozen=True, slots=True)
class Documents:
    """All of them, tokenized, in this order: labelled reviews, unlabelled ones, pieces, dev reviews, pieces of those.

    labelled, unlabelled, dev, dev_pieces: how many of each; owner: int64 [documents], for a piece the document it was
    cut from, else the document itself. Nobody learns from dev; it tells what a teacher is worth that saw all labels.
    """

    tokens: list[list[str]]
    labelled: int
    unlabelled: int
    owner: NDArray[np.int64]
    dev: int = 0
    dev_pieces: int = 0

    @property
    def reviews(self) -> int:
        """Labelled and unlabelled ones."""
        return self.labelled + self.unlabelled

    @property
    def taught(self) -> int:
        """Those and the pieces: what a student learns from."""
        return len(self.tokens) - self.dev - self.dev_pieces

    @property
    def held(self) -> slice:
        """Where the dev reviews are."""
        return slice(self.taught, self.taught + self.dev)


def documents(corpus: Corpus, distil: DistilConfig, seed: int) -> Documents:
    """The training part, its unlabelled reviews, the pieces and single sentences cut from each of them, and all of dev.

    With more pieces, or with sentences, those cut before stay the same.
    """
    labelled = [corpus.tokens[row] for row in corpus.split.train]
    unlabelled = corpus.unlabelled[: distil.limit]
    whole = [*labelled, *unlabelled]
    pieces = _cut(whole, distil, [seed, 4], [seed, 10])
    dev = [corpus.tokens[row] for row in corpus.split.dev]
    dev_pieces = _cut(dev, distil, [seed, 11], [seed, 12])
    times = 1 + distil.pieces + distil.sentences
    first = len(whole) + len(pieces)
    owner = np.concatenate([*[np.arange(len(whole))] * times, *[first + np.arange(len(dev))] * times])
    tokens = [*whole, *pieces, *dev, *dev_pieces]
    return Documents(tokens, len(labelled), len(unlabelled), owner, len(dev), len(dev_pieces))


def _cut(whole: list[list[str]], distil: DistilConfig, *seeds: list[int]) -> list[list[str]]:
    """Pieces, then single sentences of the reviews, in the order of the reviews; seeds: of either."""
    found: list[list[str]] = []
    kinds = ((distil.pieces, distil.piece_sentences), (distil.sentences, 1))
    for (number, longest), seed in zip(kinds, seeds, strict=True):
        rng = np.random.default_rng(seed)
        found += [spans.cut(row, longest, rng) for _ in range(number) for row in whole]
    return found


def digests(tokens: Sequence[Sequence[str]]) -> NDArray[np.uint64]:
    """One number for each document (uint64 [n]), by which another run knows it again without its text."""
    each = [hashlib.blake2b("\n".join(words).encode(), digest_size=8).digest() for words in tokens]
    return np.frombuffer(b"".join(each), dtype="<u8").astype(np.uint64)
