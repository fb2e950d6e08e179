"""Document vectors know words that no label explains."""

import numpy as np
import pytest

from model.config import WideConfig
from model.training.fit_ngrams import Features
from model.training.teachers import (
    latent,
)


def test_document_vectors_know_words_that_no_label_explains() -> None:
    # "superb" and "dire" stand in unlabelled reviews only, beside words that the labelled ones explain.
    rng = np.random.default_rng(5)
    sides = {True: ["good", "fine", "nice"], False: ["bad", "poor", "weak"]}
    truth = rng.integers(0, 2, 600).astype(bool)
    tokens = [
        [*rng.choice(sides[side], 2), *rng.choice(["film", "plot", "cast", "scene"], 3)] for side in truth.tolist()
    ]
    for number in range(100, 600):
        tokens[number].append("superb" if truth[number] else "dire")
    pieces = [["superb"], ["dire"], ["unheard"]]
    features = Features([*tokens, *pieces], WideConfig(bits=14, longest=1, min_count=1), counted=600)
    found = latent.vectors(features, 600, 8, seed=1)
    assert found.shape == (603, 8)
    assert np.linalg.norm(found, axis=1) == pytest.approx([8**0.5] * 602 + [0.0], rel=1e-4)
    good, bad, nothing = latent.logits(found[:100], truth[:100].astype(np.float32), found[600:])
    assert good > 0.5
    assert bad < -0.5
    assert bad < nothing < good
