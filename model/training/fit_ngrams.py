"""Fits the n-gram model (`model.serving.ngram_model`): naive-Bayes ratios, then a regularised linear model.

NBSVM (Wang & Manning 2012, "Baselines and Bigrams", section 2.3) in its logistic-regression form (Mesnil et al. 2015,
section 2.3): each binary n-gram feature is scaled by its naive-Bayes log-count ratio, a regularised linear model is
fitted on that, and both are multiplied into one weight a bucket, so that serving is a table look-up.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.config import WideConfig
from model.numeric import Floats, sigmoid
from model.serving.ngram_model import NgramModel
from model.text import ngrams

# Document frequencies are counted in a table far larger than the model's, so that few n-grams share a count.
_COUNT_BITS = 26
# Of fewer n-grams than this the counts are looked for, since that table alone takes half a gigabyte.
_FEW = 1 << 20


def _frequency(fine: NDArray[np.int64], asked: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many of the buckets `fine` (int64 [k], of `_COUNT_BITS` bits) are each of those asked for (int64 [n])."""
    if len(asked) >= _FEW:
        return np.bincount(fine, minlength=1 << _COUNT_BITS)[asked]
    ordered = np.sort(fine)
    return np.searchsorted(ordered, asked, side="right") - np.searchsorted(ordered, asked, side="left")


class Features:
    """Distinct hashed n-grams of documents as a sparse 0/1 matrix [documents, 2**bits]; made once, fitted many times.

    n-grams that fewer than `min_count` of the first `counted` documents hold are left out (pieces of those documents
    may follow them: a piece is no second witness). Needs the `train` extra.
    """

    def __init__(self, documents: Sequence[Sequence[str]], config: WideConfig, counted: int | None = None) -> None:
        from scipy import sparse

        self.config = config
        owners, values = ngrams.hashes(documents, config.longest)
        first = slice(None) if counted is None else owners < counted
        fine = ngrams.distinct(owners[first], ngrams.buckets(values[first], _COUNT_BITS), _COUNT_BITS)
        fine &= (1 << _COUNT_BITS) - 1
        keep = _frequency(fine, ngrams.buckets(values, _COUNT_BITS)) >= config.min_count
        del fine, first
        keys = ngrams.distinct(owners[keep], ngrams.buckets(values[keep], config.bits), config.bits)
        starts = np.concatenate([[0], np.cumsum(np.bincount(keys >> config.bits, minlength=len(documents)))])
        columns = (keys & ((1 << config.bits) - 1)).astype(np.int32)
        ones = np.ones(len(keys), dtype=np.float32)
        self.matrix = sparse.csr_matrix((ones, columns, starts), shape=(len(documents), 1 << config.bits))

    def ratios(self, rows: NDArray[np.int64], targets: NDArray[np.float32]) -> NDArray[np.float32]:
        """Naive-Bayes log-count ratio of each bucket (float32 [buckets]); 0 where none of the rows has it."""
        part = self.matrix[rows]
        positive = np.asarray(part.T @ targets.astype(np.float32)).ravel()
        both = np.asarray(part.sum(axis=0)).ravel()
        p, q = positive + self.config.smoothing, np.maximum(both - positive, 0.0) + self.config.smoothing
        found = np.log(p / p.sum()) - np.log(q / q.sum())
        found[both == 0] = 0.0
        return np.asarray(found, dtype=np.float32)

    def fit(self, rows: NDArray[np.int64], targets: NDArray[np.float32]) -> NgramModel:
        """The wide part fitted on those rows (int64 [n]) and their probabilities of positive (float32 [n])."""
        from scipy import optimize

        ratios = self.ratios(rows, targets)
        scaled = self.matrix[rows]
        used, inverse = np.unique(scaled.indices, return_inverse=True)
        scaled.data *= ratios[scaled.indices]
        # Only the buckets in use: the optimiser's vectors are a tenth as long.
        scaled = type(scaled)((scaled.data, inverse.astype(np.int32), scaled.indptr), shape=(len(rows), len(used)))
        turned = scaled.T.tocsr()
        wanted = targets.astype(np.float64)

        def loss(theta: Floats) -> tuple[float, Floats]:
            logits = scaled @ theta[:-1].astype(np.float32) + theta[-1]
            error = sigmoid(logits) - wanted
            total = float(np.logaddexp(0.0, logits).sum() - wanted @ logits)
            penalty = theta[:-1] / self.config.inverse_l2
            slope = np.append(turned @ error.astype(np.float32) + penalty, error.sum())
            return total + 0.5 * float(theta[:-1] @ penalty), slope

        found = optimize.minimize(loss, np.zeros(len(used) + 1), jac=True, method="L-BFGS-B", options={"maxiter": 60})
        table = np.zeros(1 << self.config.bits, dtype=np.float16)
        table[used] = (found.x[:-1] * ratios[used]).astype(np.float16)
        return NgramModel(table, float(found.x[-1]), self.config.longest)

    def logits(self, wide: NgramModel, rows: NDArray[np.int64]) -> Floats:
        """`wide.logits` of the documents in those rows, without hashing them again."""
        return np.asarray(self.matrix[rows] @ wide.table.astype(np.float32) + wide.bias, dtype=np.float64)


def train(documents: Sequence[Sequence[str]], targets: NDArray[Any], config: WideConfig) -> NgramModel:
    """Fits the wide part on tokenized reviews and their labels (1, 0) or probabilities of positive.

    Needs the `train` extra.
    """
    return Features(documents, config).fit(np.arange(len(documents)), np.asarray(targets, dtype=np.float32))
