"""The served probabilities are Keras', to 1e-4, on ragged batches of 1 to 2,500 words."""

from pathlib import Path

import numpy as np
import pytest

from model import SHIPPED, Scorer, folder, reference
from model.metrics import sigmoid
from model.vocabulary import Vocabulary
from model.wide import Wide


def _texts(path: Path, lengths: list[int]) -> list[str]:
    """Texts of exactly so many tokens: frequent and rare words of the vocabulary, and words outside of it."""
    words = [word for word in Vocabulary.read(path / "vocabulary.txt").words if word.isalpha() and word.isascii()]
    words = [word for word in words if "nt" not in word] + ["zzyzzx", "qqfoo"]
    rng = np.random.default_rng(7)
    return [" ".join(rng.choice(words, length)) for length in lengths]


def _keras_probabilities(path: Path, texts: list[str]) -> np.ndarray:
    """Keras' logit, blended and calibrated by the numbers in the folder; one review at a time, so without padding."""
    serving = folder.read_serving(path)
    network, vocabulary = reference.load(path), Vocabulary.read(path / "vocabulary.txt")
    documents = [text.split(" ") for text in texts]
    rows = [vocabulary.ids(tokens) for tokens in documents]
    alone = np.concatenate([reference.logits(network, [row]) for row in rows[:5]])
    together = reference.logits(network, rows)
    np.testing.assert_allclose(alone, together[:5], atol=1e-4)
    wide = Wide(np.load(path / "wide.npy"), serving.wide_bias, serving.wide_longest).logits(documents)
    return sigmoid(serving.blend_lstm * together + serving.blend_wide * wide + serving.blend_bias)


def _lengths(units: int) -> list[int]:
    # 2 x units is where a mask added along the wrong axis goes unnoticed by shape.
    return [1, 2 * units, 2, 3, units, 2 * units + 1, 17, 2 * units, 150, 400, 401, 900, 2_500]


@pytest.mark.parametrize("which", ["tiny", "shipped"])
def test_served_probabilities_are_those_of_keras(which: str, request: pytest.FixtureRequest) -> None:
    path = SHIPPED if which == "shipped" else request.getfixturevalue("tiny_folder")
    with np.load(path / "keras_weights.npz") as weights:
        # Zero biases would hide a mask error.
        assert all(float(np.abs(weights[name]).min()) > 0 for name in ("forward_bias", "backward_bias", "logit_bias"))
    units = folder.read_serving(path).units
    texts = _texts(path, _lengths(units))
    expected = _keras_probabilities(path, texts)
    scorer = Scorer(path)
    batch = [verdict.probability for verdict in scorer.score(texts)]
    single = [scorer.score([text])[0].probability for text in texts]
    np.testing.assert_allclose(batch, expected, atol=1e-4)
    np.testing.assert_allclose(single, expected, atol=1e-4)
    assert np.ptp(expected) > 0.1
