"""Document vectors by latent semantic analysis, and a linear classifier on them.

A truncated singular value decomposition (Deerwester et al. 1990) of the positive pointwise mutual information of
reviews and n-grams, unlabelled reviews included: the n-grams beside it say what an n-gram means that few labelled
reviews hold. Embeddings with negative sampling factorise the same matrix (Levy & Goldberg 2014), in hours.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.numeric import Floats
from model.training.fit_ngrams import Features

Vectors = NDArray[np.float32]
# An n-gram in fewer reviews says little about which words go together.
_LEAST = 5
_ITERATIONS = 3
# Singular values below this part of the largest are rounding.
_NOISE = 1e-5
_INVERSE_L2 = 0.03


def _information(matrix: Any, total: float, lengths: Floats, frequency: Floats) -> Any:
    """max(0, log p(document, n-gram) / (p(document) p(n-gram))) in place of the ones of a sparse matrix (csr)."""
    places = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    found = np.log(total / (lengths[places] * frequency[matrix.indices]))
    weighed = type(matrix)(
        (np.maximum(found, 0.0).astype(np.float32), matrix.indices, matrix.indptr), shape=matrix.shape
    )
    weighed.eliminate_zeros()
    return weighed


def vectors(features: Features, reviews: int, dimensions: int, seed: int) -> Vectors:
    """Vectors [documents, dimensions] of length sqrt(dimensions), or 0 for a document without a known n-gram.

    The first `reviews` documents make the space; pieces of them after these are only placed in it.
    """
    from sklearn.utils.extmath import randomized_svd

    whole = features.matrix[:reviews]
    frequency = np.asarray(whole.sum(axis=0), dtype=np.float64).ravel()
    columns = np.flatnonzero(frequency >= _LEAST)
    documents = features.matrix[:, columns]
    frequency = frequency[columns]
    lengths = np.maximum(np.diff(documents.indptr), 1).astype(np.float64)
    total = float(frequency.sum())
    weighed = _information(documents, total, lengths, frequency)
    number = min(dimensions, reviews, len(columns))
    _, strength, turned = randomized_svd(weighed[:reviews], number, n_iter=_ITERATIONS, random_state=seed)
    # Halfway between the plain and the whitened vectors (the eigenvalues' exponent of Levy, Goldberg & Dagan 2015).
    scale = np.where(strength > _NOISE * strength[0], 1.0 / np.sqrt(np.maximum(strength, _NOISE)), 0.0)
    found = np.asarray(weighed @ (turned.T * scale.astype(np.float32)), dtype=np.float32)
    found *= np.sqrt(number) / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), _NOISE)
    return found


def logits(known: Vectors, labels: NDArray[np.float32], asked: Vectors) -> Floats:
    """Logits (float64 [n]) of `asked` by logistic regression on `known` vectors and their labels (1 or 0)."""
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=_INVERSE_L2, max_iter=300).fit(known, labels)
    return np.asarray(fitted.decision_function(asked), dtype=np.float64)
