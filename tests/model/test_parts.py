"""The small parts: batches by length, the vocabulary, hashed n-grams and the linear model on them."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from model import batches
from model.config import WideConfig
from model.text import ngrams, vocabulary
from model.text.vocabulary import UNKNOWN, Vocabulary
from model.training import fit_ngrams


def test_ordered_batches_hold_every_row_once_within_the_budget() -> None:
    lengths = np.random.default_rng(1).integers(1, 4_000, 500)
    found = list(batches.ordered(lengths, 16, 16_384))
    assert sorted(np.concatenate(found).tolist()) == list(range(500))
    assert all(len(rows) <= 16 and len(rows) * lengths[rows].max() <= 16_384 for rows in found)
    assert [rows.tolist() for rows in batches.ordered(np.asarray([99_999]), 16, 100)] == [[0]]
    assert list(batches.ordered(np.asarray([], dtype=np.int64), 16, 100)) == []


def test_shuffled_batches_are_seeded_and_of_like_length() -> None:
    lengths = np.random.default_rng(1).integers(1, 1_000, 6_400)
    first = batches.shuffled(lengths, 64, np.random.default_rng([1, 0]))
    again = batches.shuffled(lengths, 64, np.random.default_rng([1, 0]))
    other = batches.shuffled(lengths, 64, np.random.default_rng([1, 1]))
    assert all((a == b).all() for a, b in zip(first, again, strict=True))
    assert any((a != b).any() for a, b in zip(first, other, strict=True))
    assert sorted(np.concatenate(first).tolist()) == list(range(6_400))
    assert sum(int(lengths[rows].max()) * len(rows) for rows in first) < 1.05 * lengths.sum()


def test_padding_and_word_dropout() -> None:
    block = batches.padded([np.asarray([5, 6, 7], dtype=np.int32), np.asarray([8], dtype=np.int32)])
    assert block.tolist() == [[5, 6, 7], [8, 0, 0]]
    assert batches.padded([]).shape == (0, 1)
    wide_block = np.full((100, 100), 9, dtype=np.int32)
    wide_block[:, 50:] = 0
    dropped = batches.drop_words(wide_block, 0.2, UNKNOWN, np.random.default_rng(1))
    assert (dropped[:, 50:] == 0).all()
    assert (dropped == UNKNOWN).sum() == pytest.approx(1_000, abs=150)


def test_vocabulary_keeps_frequent_words_and_survives_the_disk(tmp_path: Path) -> None:
    built = vocabulary.build(Counter({"a": 5, "c": 3, "b": 3, "rare": 1}), max_words=3, min_count=2)
    assert built.words == ("a", "b", "c")
    assert len(built) == 5
    assert built.ids(["c", "nothing", "a"]).tolist() == [4, UNKNOWN, 2]
    built.write(tmp_path / "v.txt")
    assert Vocabulary.read(tmp_path / "v.txt").words == built.words


def test_ngrams_stay_inside_their_document() -> None:
    owners, values = ngrams.hashes([["a", "b", "c"], [], ["a"], ["b", "a"]], 3)
    assert np.bincount(owners, minlength=4).tolist() == [6, 0, 1, 3]
    # Order counts: "a b" and "b a" are different n-grams, the single words are the same.
    first, last = set(values[owners == 0].tolist()), set(values[owners == 3].tolist())
    assert len(first & last) == 2
    assert ngrams.buckets(values, 10).max() < 1 << 10


def test_hashes_never_change() -> None:
    # Weights on disk are bound to these numbers.
    _, values = ngrams.hashes([["good", "film"]], 2)
    assert [f"{value:016x}" for value in values.tolist()] == HASHES


HASHES = ["ae6aefaaa6a753aa", "3b9b39e789a79d91", "77008474ae643766"]


def test_linear_part_learns_what_single_words_cannot_say() -> None:
    good, bad = ["not", "bad", "but", "good"], ["not", "good", "but", "bad"]
    documents = [good, bad] * 50
    labels = np.asarray([1, 0] * 50, dtype=np.int8)
    fitted = fit_ngrams.train(documents, labels, WideConfig(bits=12, min_count=1))
    logits = fitted.logits([good, bad, [], ["unseen"]])
    assert logits[0] > 1 > -1 > logits[1]
    assert logits[2] == pytest.approx(fitted.bias)
    assert fitted.logits([good * 3])[0] == pytest.approx(fitted.logits([good * 2])[0])
