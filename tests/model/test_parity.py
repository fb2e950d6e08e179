"""The served probabilities are Keras', to 1e-4, by every runtime, on ragged batches of 0 to 4,096 words."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from model import SHIPPED, Scorer, folder, reference
from model.calibration import Curve
from model.metrics import sigmoid
from model.scorer import BULK
from model.vocabulary import Vocabulary
from model.wide import Wide

Runtime = Callable[[Path, list[str]], list[float]]


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
    documents = [text.split() for text in texts]
    rows = [vocabulary.ids(tokens) for tokens in documents]
    alone = np.concatenate([reference.logits(network, [row]) for row in rows])
    together = reference.logits(network, rows)
    np.testing.assert_allclose(alone, together, atol=1e-4)
    wide = Wide(np.load(path / "wide.npy"), serving.wide_bias, serving.wide_longest).logits(documents)
    blended = serving.blend_lstm * alone + serving.blend_wide * wide + serving.blend_bias
    curve = Curve(serving.length_knee, serving.length_slope, serving.length_drift, serving.skew)
    return sigmoid(curve.logits(blended, np.asarray([len(tokens) for tokens in documents])))


def _lengths(units: int) -> list[int]:
    # 2 x units is where a mask added along the wrong axis goes unnoticed by shape.
    return [1, 2 * units, 2, 3, units, 2 * units + 1, 17, 2 * units, 150, 400, 401, 900, 4_096]


def _one_by_one(path: Path, texts: list[str]) -> list[float]:
    scorer = Scorer(path)
    return [scorer.score([text])[0].probability for text in texts]


def _ragged_batch(path: Path, texts: list[str]) -> list[float]:
    assert len(texts) < BULK
    return [verdict.probability for verdict in Scorer(path).score(texts)]


def _compiled(threads: int) -> Runtime:
    def run(path: Path, texts: list[str]) -> list[float]:
        scorer = Scorer(path, threads=threads)
        verdicts = scorer.score([*texts, *[" ".join(texts[4].split()[:number]) for number in range(BULK)]])
        assert scorer.is_warm, "ONNX Runtime would be compared with itself"
        return [verdict.probability for verdict in verdicts[: len(texts)]]

    return run


RUNTIMES: dict[str, tuple[Runtime, float]] = {
    "ONNX Runtime, one by one": (_one_by_one, 1e-4),
    "ONNX Runtime, ragged batch": (_ragged_batch, 1e-4),
    "compiled": (_compiled(1), 1e-5),
    "compiled, two threads": (_compiled(2), 1e-5),
}


@pytest.fixture(scope="module", params=["tiny", "shipped"])
def expected(request: pytest.FixtureRequest) -> tuple[Path, list[str], np.ndarray]:
    """A model folder, texts, and what Keras says of them."""
    path = SHIPPED if request.param == "shipped" else request.getfixturevalue("tiny_folder")
    texts = _texts(path, _lengths(folder.read_serving(path).units))
    return path, texts, _keras_probabilities(path, texts)


def test_no_bias_is_zero(expected: tuple[Path, list[str], np.ndarray]) -> None:
    # A zero bias would hide a mask error.
    with np.load(expected[0] / "keras_weights.npz") as weights:
        assert all(float(np.abs(weights[name]).min()) > 0 for name in ("forward_bias", "backward_bias", "logit_bias"))


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_served_probabilities_are_those_of_keras(runtime: str, expected: tuple[Path, list[str], np.ndarray]) -> None:
    path, texts, probabilities = expected
    run, tolerance = RUNTIMES[runtime]
    np.testing.assert_allclose(run(path, texts), probabilities, atol=tolerance)
    assert np.ptp(probabilities) > 0.1


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_an_empty_text_is_even(runtime: str, tiny_folder: Path) -> None:
    run, _ = RUNTIMES[runtime]
    assert run(tiny_folder, ["", " \n", "the", "the", "the plot"])[:2] == [0.5, 0.5]
