"""The wide part: a linear model on hashed n-grams with naive-Bayes weights.

NBSVM (Wang & Manning 2012, "Baselines and Bigrams", section 2.3) in its logistic-regression form (Mesnil et al. 2015,
section 2.3): each binary n-gram feature is scaled by its naive-Bayes log-count ratio, a regularised linear model is
fitted on that, and both are multiplied into one weight a bucket, so that serving is a table look-up.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model import ngrams
from model.config import WideConfig


class Wide:
    """Weights of 2**bits buckets (float16 or float32 [2**bits], may be memory-mapped) and a bias (logit units)."""

    def __init__(self, table: NDArray[np.floating], bias: float, longest: int) -> None:
        self.table = table
        self.bias = bias
        self.longest = longest
        self.bits = len(table).bit_length() - 1

    def logits(self, documents: Sequence[Sequence[str]]) -> NDArray[np.float64]:
        """Logit of positive (float64 [len(documents)]) of tokenized reviews; the bias alone for an empty one."""
        owners, values = ngrams.hashes(documents, self.longest)
        keys = ngrams.distinct(owners, ngrams.buckets(values, self.bits), self.bits)
        weights = self.table[keys & ((1 << self.bits) - 1)].astype(np.float64)
        sums = np.bincount(keys >> self.bits, weights=weights, minlength=len(documents))
        return np.asarray(sums + self.bias, dtype=np.float64)

    def write(self, path: Path) -> None:
        """The table alone, as .npy; bias and length stand in the folder's `serving.json`."""
        np.save(path, self.table)


def _frequent(owners: NDArray[np.int64], values: NDArray[np.uint64], min_count: int) -> NDArray[np.bool_]:
    """Which occurrences are of an n-gram that at least `min_count` reviews hold."""
    _, inverse = np.unique(values, return_inverse=True)
    documents = int(owners.max()) + 1
    pairs = np.unique(inverse.astype(np.int64) * documents + owners)
    frequency = np.bincount(pairs // documents)
    return np.asarray(frequency[inverse] >= min_count)


def _ratios(features: object, labels: NDArray[np.int8], smoothing: float) -> NDArray[np.float32]:
    """Naive-Bayes log-count ratio of each bucket (float32 [buckets]); 0 where no training review has it."""
    from scipy import sparse

    assert isinstance(features, sparse.csr_matrix)
    positive = np.asarray(features[labels == 1].sum(axis=0)).ravel()
    negative = np.asarray(features[labels == 0].sum(axis=0)).ravel()
    p, q = positive + smoothing, negative + smoothing
    ratios = np.log(p / p.sum()) - np.log(q / q.sum())
    ratios[(positive + negative) == 0] = 0.0
    return np.asarray(ratios, dtype=np.float32)


def train(documents: Sequence[Sequence[str]], labels: NDArray[np.int8], config: WideConfig) -> Wide:
    """Fits the wide part on tokenized reviews and their labels (1 positive, 0 negative). Needs the `train` extra."""
    from scipy import sparse
    from sklearn.linear_model import LogisticRegression

    owners, values = ngrams.hashes(documents, config.longest)
    keep = _frequent(owners, values, config.min_count)
    keys = ngrams.distinct(owners[keep], ngrams.buckets(values[keep], config.bits), config.bits)
    starts = np.concatenate([[0], np.cumsum(np.bincount(keys >> config.bits, minlength=len(documents)))])
    columns = (keys & ((1 << config.bits) - 1)).astype(np.int32)
    ones = np.ones(len(keys), dtype=np.float32)
    features = sparse.csr_matrix((ones, columns, starts), shape=(len(documents), 1 << config.bits))
    ratios = _ratios(features, labels, config.smoothing)
    features.data *= ratios[features.indices]
    fitted = LogisticRegression(C=config.inverse_l2, max_iter=100, tol=1e-3).fit(features, labels)
    weights = fitted.coef_.ravel().astype(np.float32) * ratios
    return Wide(weights.astype(np.float16), float(fitted.intercept_[0]), config.longest)
