"""The n-gram model: a linear model on hashed n-grams, whose weights a look-up in one table finds.

The weights are naive-Bayes ones (NBSVM), fitted by `model.training.fit_ngrams`.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model.text import ngrams


class NgramModel:
    """Weights of 2**bits buckets (float16 or float32 [2**bits], may be memory-mapped) and a bias (logit units)."""

    def __init__(self, table: NDArray[np.floating], bias: float, longest: int) -> None:
        # A plain view: every look-up in a memory-mapped array makes another such object.
        self.table = np.asarray(table)
        self.bias = bias
        self.longest = longest
        self.bits = len(table).bit_length() - 1

    def logits(self, documents: Sequence[Sequence[str]]) -> NDArray[np.float64]:
        """Logit of positive (float64 [len(documents)]) of tokenized reviews; the bias alone for an empty one."""
        if len(documents) == 1:
            return np.asarray([self._logit(documents[0])])
        owners, values = ngrams.hashes(documents, self.longest)
        keys = ngrams.distinct(owners, ngrams.buckets(values, self.bits), self.bits)
        weights = self.table[keys & ((1 << self.bits) - 1)].astype(np.float64)
        sums = np.bincount(keys >> self.bits, weights=weights, minlength=len(documents))
        return np.asarray(sums + self.bias, dtype=np.float64)

    def _logit(self, tokens: Sequence[str]) -> float:
        """Of one review, to the bit, in a third of the time: a single message has no other texts to share it with."""
        if not tokens:
            return self.bias
        keys = ngrams.buckets(ngrams.hashes_of(tokens, self.longest), self.bits)
        keys.sort()
        first = np.empty(len(keys), dtype=np.bool_)
        first[0] = True
        np.not_equal(keys[1:], keys[:-1], out=first[1:])
        weights = self.table[keys[first]].astype(np.float64)
        # One after the other, as `bincount` adds.
        return float(weights.cumsum()[-1] + self.bias)

    def write(self, path: Path) -> None:
        """The table alone, as .npy; bias and length stand in the folder's `serving.json`."""
        np.save(path, self.table)
