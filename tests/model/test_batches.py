"""Batches: every row once, of like length, padded, words dropped."""

import numpy as np
import pytest

from model import batches
from model.text.vocabulary import UNKNOWN


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
