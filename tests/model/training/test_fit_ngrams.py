"""The n-gram model's fit on made-up documents."""

import numpy as np
import pytest

from model.config import WideConfig
from model.training import fit_ngrams
from model.training.fit_ngrams import Features


def test_linear_part_learns_what_single_words_cannot_say() -> None:
    good, bad = ["not", "bad", "but", "good"], ["not", "good", "but", "bad"]
    documents = [good, bad] * 50
    labels = np.asarray([1, 0] * 50, dtype=np.int8)
    fitted = fit_ngrams.train(documents, labels, WideConfig(bits=12, min_count=1))
    logits = fitted.logits([good, bad, [], ["unseen"]])
    assert logits[0] > 1 > -1 > logits[1]
    assert logits[2] == pytest.approx(fitted.bias)
    assert fitted.logits([good * 3])[0] == pytest.approx(fitted.logits([good * 2])[0])


def test_a_piece_is_no_second_witness() -> None:
    documents = [["rare", "word"], ["common", "word"], ["common", "thing"], ["rare"]]
    features = Features(documents, WideConfig(bits=12, longest=1, min_count=2), counted=3)
    assert np.diff(features.matrix.indptr).tolist() == [1, 2, 1, 0]


def test_few_ngrams_are_counted_as_many_are(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(5)
    words = [f"w{number}" for number in range(60)]
    documents = [rng.choice(words, rng.integers(0, 30)).tolist() for _ in range(80)]
    settings = WideConfig(bits=16, min_count=3)
    few = Features(documents, settings, counted=50).matrix
    monkeypatch.setattr(fit_ngrams, "_FEW", 0)
    # A table of 2**26 counts is for machines that train; this one is as exact for so few.
    monkeypatch.setattr(fit_ngrams, "_COUNT_BITS", 20)
    many = Features(documents, settings, counted=50).matrix
    assert 100 < few.nnz == many.nnz
    assert (few != many).nnz == 0
