"""Soft labels: out of fold, blended, never from a model that saw the label."""

import numpy as np
import pytest

from model.config import WideConfig
from model.training.fit_ngrams import Features
from model.training.teachers import (
    latent,
    soft_labels,
)
from model.training.teachers.documents import Documents


def test_no_label_is_seen_by_the_model_that_labels_it(monkeypatch: pytest.MonkeyPatch) -> None:
    # Every review has a word of its own and a random label: a model that saw the label would know it.
    rng = np.random.default_rng(3)
    count, free = 300, 40
    tokens = [[f"only{number}", f"again{number}", "the", "film"] for number in range(count + free)]
    pieces = [row[:2] for row in tokens]
    owner = np.concatenate([np.arange(count + free)] * 2)
    found = Documents([*tokens, *pieces], count, free, owner)
    labels = rng.integers(0, 2, count).astype(np.float32)
    films = [f"tt{number // 3}" for number in range(count)]
    fold = soft_labels.folds(films, 3)
    assert set(fold.tolist()) == {0, 1, 2}
    assert all(len({fold[row] for row in range(count) if films[row] == film}) == 1 for film in set(films))
    features = Features(found.tokens, WideConfig(bits=16, min_count=1, inverse_l2=100.0), counted=count + free)
    logits = soft_labels._ngrams(found, features, labels, fold)
    by = np.concatenate([np.arange(count), count + free + np.arange(count)])
    right = ((logits[by] > 0) == (np.concatenate([labels, labels]) == 1)).mean()
    assert 0.35 < right < 0.65
    seen = features.logits(features.fit(np.arange(count), labels), np.arange(count))
    assert ((seen > 0) == (labels == 1)).mean() > 0.95
    placed = np.eye(count + free, dtype=np.float32)[owner] * 20
    monkeypatch.setattr(latent, "vectors", lambda *_: placed)
    logits = soft_labels._latent(found, features, count + free, labels, fold, seed=1)
    right = ((logits[by] > 0) == (np.concatenate([labels, labels]) == 1)).mean()
    assert 0.35 < right < 0.65
    seen = latent.logits(placed[:count], labels, placed[:count])
    assert ((seen > 0) == (labels == 1)).mean() > 0.95


def test_what_has_no_label_gets_the_mean_of_all_models() -> None:
    # Documents: reviews 0 to 3 with labels, 4 without one; then a piece of each.
    found = Documents([[]] * 10, 4, 1, np.asarray([0, 1, 2, 3, 4] * 2))
    by = soft_labels.scored_by(found, np.asarray([0, 1, 2, 1]), 3)
    assert by.T.astype(int).tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 1, 0], [1, 1, 1]] * 2
    # Or of one of them each, with its pieces.
    by = soft_labels.scored_by(found, np.asarray([0, 1, 2, 1]), 3, shared=True)
    assert by.T.astype(int).tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 1, 0], [0, 1, 0]] * 2


def test_pieces_are_blended_with_weights_of_their_own() -> None:
    rng = np.random.default_rng(6)
    labels, dev = rng.integers(0, 2, 100).astype(np.int8), rng.integers(0, 2, 400).astype(np.int8)
    # 100 reviews with labels and a piece of each; 400 of dev and a piece of each.
    owner = np.concatenate([np.tile(np.arange(100), 2), np.tile(np.arange(200, 600), 2)])
    found = Documents([[]] * 1000, 100, 0, owner, 400, 400)
    side = np.concatenate([labels, labels, dev, dev]) * 2.0 - 1.0
    whole = owner == np.arange(1000)
    # One teacher knows whole reviews and shouts on pieces, of which it knows nothing; the other is the same on both.
    loud = np.where(whole, side + rng.normal(0, 0.5, 1000), rng.normal(0, 5, 1000))
    steady = side + rng.normal(0, 1, 1000)
    blend, facts = soft_labels._blended({"weak": rng.normal(0, 1, 1000)}, loud, found, labels, dev, steady)
    assert facts["labelled by the transformer"] == 200
    pieces = np.arange(100, 200)
    assert np.corrcoef(blend[pieces], steady[pieces])[0, 1] > 0.95
    assert np.corrcoef(blend[200:600], loud[200:600])[0, 1] > 0.95


def test_what_the_transformer_labelled_has_its_say_too() -> None:
    rng = np.random.default_rng(5)
    labels, dev = rng.integers(0, 2, 200).astype(np.int8), rng.integers(0, 2, 300).astype(np.int8)
    # 200 reviews with labels, 1,000 without, no pieces, 300 of dev.
    found = Documents([[]] * 1500, 200, 1000, np.arange(1500), 300)
    side = np.concatenate([labels, rng.integers(0, 2, 1000), dev]) * 2.0 - 1.0
    weak, knowing, third = (side + rng.normal(0, 2, 1500) for _ in range(3))
    both, _ = soft_labels._blended({"weak": weak}, knowing, found, labels, dev)
    some = np.where(np.arange(1500) % 2 == 0, third, np.nan)
    some[1200:] = third[1200:]
    everyone, facts = soft_labels._blended({"weak": weak}, knowing, found, labels, dev, some)
    assert facts["labelled by the transformer"] == 600
    np.testing.assert_array_equal(everyone[1:1200:2], both[1:1200:2])
    assert np.isfinite(everyone).all()
    said = facts["dev accuracy"]
    assert isinstance(said, dict)
    assert said["all three"] > said["blend and earlier model"] + 0.02
    unlabelled = np.arange(200, 1200, 2)
    right = [((each[unlabelled] > 0) == (side[unlabelled] > 0)).mean() for each in (both, everyone)]
    assert right[1] > right[0]


def test_a_model_that_saw_the_labels_teaches_all_but_labelled_reviews() -> None:
    rng = np.random.default_rng(4)
    labels, dev = rng.integers(0, 2, 200).astype(np.int8), rng.integers(0, 2, 100).astype(np.int8)
    # 200 reviews with labels, 50 without, a piece of each, 100 of dev.
    owner = np.concatenate([np.arange(250), np.arange(250), 500 + np.arange(100)])
    found = Documents([[]] * 600, 200, 50, owner, 100)
    side = np.concatenate([labels, np.zeros(50), labels, np.zeros(50), dev]) * 2.0 - 1.0
    weak = side + rng.normal(0, 2, 600)
    knowing = np.where(np.arange(600) < 200, 9 * side, side + rng.normal(0, 1, 600))
    alone, facts = soft_labels._blended({"weak": weak}, None, found, labels, dev)
    assert set(facts) == {"out-of-fold accuracy"}
    both, facts = soft_labels._blended({"weak": weak}, knowing, found, labels, dev)
    np.testing.assert_array_equal(both[:200], alone[:200])
    # A piece of one never had its label.
    rest = slice(500, None)
    for part in (slice(250, 450), rest):
        assert np.corrcoef(both[part], knowing[part])[0, 1] > np.corrcoef(alone[part], knowing[part])[0, 1] + 0.2
    known = facts["dev accuracy"]
    assert isinstance(known, dict)
    assert known["blend and earlier model"] > known["blend"]
