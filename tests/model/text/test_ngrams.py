"""Hashed n-grams stay inside their document, and their hashes never change."""

import numpy as np

from model.text import ngrams


def test_ngrams_stay_inside_their_document() -> None:
    owners, values = ngrams.hashes([["a", "b", "c"], [], ["a"], ["b", "a"]], 3)
    assert np.bincount(owners, minlength=4).tolist() == [6, 0, 1, 3]
    # Order counts: "a b" and "b a" are different n-grams, the single words are the same.
    first, last = set(values[owners == 0].tolist()), set(values[owners == 3].tolist())
    assert len(first & last) == 2
    assert ngrams.buckets(values, 10).max() < 1 << 10


def test_one_document_alone_has_the_same_hashes() -> None:
    for tokens in (["a"], ["a", "b"], ["a", "b", "a", "b", "c"]):
        for longest in (1, 2, 3):
            _, values = ngrams.hashes([tokens], longest)
            assert ngrams.hashes_of(tokens, longest).tolist() == values.tolist()
    assert ngrams.hashes_of([], 2).tolist() == []


def test_hashes_never_change() -> None:
    # Weights on disk are bound to these numbers.
    _, values = ngrams.hashes([["good", "film"]], 2)
    assert [f"{value:016x}" for value in values.tolist()] == HASHES


HASHES = ["ae6aefaaa6a753aa", "3b9b39e789a79d91", "77008474ae643766"]
