"""What gets a soft label: reviews with and without a label, pieces cut from both, and the dev part."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from model.config import DistilConfig
from model.data.corpus import Corpus
from model.numeric import Floats
from model.training.teachers import token_spans


@dataclass(frozen=True, slots=True)
class Documents:
    """All of them, tokenized, in this order: labelled reviews, unlabelled ones, pieces, dev reviews, pieces of those.

    labelled, unlabelled, dev, dev_pieces: how many of each; owner: int64 [documents], for a piece the document it was
    cut from, else the document itself; places: int64 [pieces, 2], where each piece stands in that document (half-open),
    those of dev last. Nobody learns from dev; it tells what a teacher is worth that saw all labels.
    """

    tokens: list[list[str]]
    labelled: int
    unlabelled: int
    owner: NDArray[np.int64]
    dev: int = 0
    dev_pieces: int = 0
    places: NDArray[np.int64] = field(default_factory=lambda: np.zeros((0, 2), dtype=np.int64))

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
    places = _places(whole, distil, [seed, 4], [seed, 10])
    dev = [corpus.tokens[row] for row in corpus.split.dev]
    dev_places = _places(dev, distil, [seed, 11], [seed, 12])
    times = 1 + distil.pieces + distil.sentences
    first = len(whole) + len(places)
    owner = np.concatenate([*[np.arange(len(whole))] * times, *[first + np.arange(len(dev))] * times])
    tokens = [*whole, *_cut(whole, places), *dev, *_cut(dev, dev_places)]
    every = np.asarray([*places, *dev_places], dtype=np.int64).reshape(-1, 2)
    return Documents(tokens, len(labelled), len(unlabelled), owner, len(dev), len(dev_places), every)


def _places(whole: list[list[str]], distil: DistilConfig, *seeds: list[int]) -> list[tuple[int, int]]:
    """Of pieces, then of single sentences, round after round in the order of the reviews; seeds: of either."""
    found: list[tuple[int, int]] = []
    kinds = ((distil.pieces, distil.piece_sentences), (distil.sentences, 1))
    for (number, longest), seed in zip(kinds, seeds, strict=True):
        rng = np.random.default_rng(seed)
        found += [token_spans.place(row, longest, rng) for _ in range(number) for row in whole]
    return found


def _cut(whole: list[list[str]], places: list[tuple[int, int]]) -> list[list[str]]:
    """What stands there."""
    return [whole[number % len(whole)][first:end] for number, (first, end) in enumerate(places)]


def digests(tokens: Sequence[Sequence[str]]) -> NDArray[np.uint64]:
    """One number for each document (uint64 [n]), by which another run knows it again without its text."""
    each = [hashlib.blake2b("\n".join(words).encode(), digest_size=8).digest() for words in tokens]
    return np.frombuffer(b"".join(each), dtype="<u8").astype(np.uint64)


def recalled(digests: NDArray[np.uint64], logits: Floats, own: NDArray[np.uint64]) -> Floats:
    """Logits (float64 [n]) given to documents with those digests, of those with the digests `own`; else nan.

    Of copies the first counts: a labelled review, which comes first, was labelled by who never saw its label.
    """
    known = dict(zip(digests[::-1].tolist(), logits[::-1].tolist(), strict=True))
    return np.asarray([known.get(digest, np.nan) for digest in own.tolist()], dtype=np.float64)
