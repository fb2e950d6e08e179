"""The n-gram model says the same to the bit of a text alone and among others."""

import numpy as np
import pytest

from model.serving.ngram_model import NgramModel

DOCUMENTS = [[], ["good"], ["good"] * 5, ["not", "good", "not", "bad"], [f"word{number}" for number in range(300)]]


@pytest.mark.parametrize("kind", [np.float16, np.float32])
@pytest.mark.parametrize("longest", [1, 2, 3])
def test_a_text_alone_and_among_others(kind: type[np.floating], longest: int) -> None:
    # Few buckets, so that n-grams of one text meet in one, which counts once.
    model = NgramModel(np.random.default_rng(5).normal(0, 1, 1 << 7).astype(kind), 0.1, longest)
    together = model.logits(DOCUMENTS).tolist()
    assert [model.logits([tokens]).tolist()[0] for tokens in DOCUMENTS] == together
    assert together[0] == 0.1
