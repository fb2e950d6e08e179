"""The served probabilities are Keras', by every runtime, on ragged batches of 0 to 4,096 words."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from model import SHIPPED, Scorer
from model.numeric import sigmoid
from model.serving import exact_lstm, model_folder, unit_groups
from model.serving.calibration import Curve, ShortTexts
from model.serving.ngram_model import NgramModel
from model.serving.scorer import BULK
from model.text.vocabulary import Vocabulary
from model.training import keras_reference, network, onnx_export
from tests.model.made_up import folder_of

Runtime = Callable[[Path, list[str]], list[float]]


def _texts(path: Path, lengths: list[int]) -> list[str]:
    """Texts of exactly so many tokens: frequent and rare words of the vocabulary, and words outside of it."""
    words = [word for word in Vocabulary.read(path / "vocabulary.txt").words if word.isalpha() and word.isascii()]
    words = [word for word in words if "nt" not in word] + ["zzyzzx", "qqfoo"]
    rng = np.random.default_rng(7)
    return [" ".join(rng.choice(words, length)) for length in lengths]


@dataclass(frozen=True, slots=True)
class Expected:
    """A model folder, texts, and what Keras says of them: the served probability, and its own logit in batches."""

    path: Path
    texts: list[str]
    probabilities: np.ndarray
    logits: np.ndarray


def _expected(path: Path, texts: list[str]) -> Expected:
    """Keras' logit, blended and calibrated by the numbers in the folder; one review at a time, so without padding."""
    serving = model_folder.read_serving(path)
    built, vocabulary = keras_reference.load(path), Vocabulary.read(path / "vocabulary.txt")
    documents = [text.split() for text in texts]
    rows = [vocabulary.ids(tokens) for tokens in documents]
    alone = np.concatenate([keras_reference.logits(built, [row]) for row in rows])
    together = keras_reference.logits(built, rows)
    np.testing.assert_allclose(alone, together, atol=1e-4)
    alone = exact_lstm.ExactLSTM(path).settled(alone, lambda numbers: [rows[number] for number in numbers])
    wide = NgramModel(np.load(path / "wide.npy"), serving.wide_bias, serving.wide_longest).logits(documents)
    blended = serving.blend_lstm * alone + serving.blend_wide * wide + serving.blend_bias
    curve = Curve(serving.length_knee, serving.length_slope, serving.length_drift, serving.skew)
    tokens = np.asarray([len(words) for words in documents])
    short = ShortTexts(serving.length_knee, serving.short_slope)
    probabilities = sigmoid(short.logits(curve.logits(blended, tokens), tokens))
    return Expected(path, texts, probabilities, together)


def _lengths(units: int) -> list[int]:
    # 2 x units is where a mask added along the wrong axis goes unnoticed by shape.
    return [1, 2 * units, 2, 3, units, 2 * units + 1, 17, 2 * units, 150, 400, 401, 900, 4_096]


def _one_by_one(path: Path, texts: list[str]) -> list[float]:
    scorer = Scorer(path, exit=False)
    return [scorer.score([text])[0].probability for text in texts]


def _ragged_batch(path: Path, texts: list[str]) -> list[float]:
    assert len(texts) < BULK
    return [verdict.probability for verdict in Scorer(path, exit=False).score(texts)]


def _compiled(threads: int) -> Runtime:
    def run(path: Path, texts: list[str]) -> list[float]:
        scorer = Scorer(path, threads=threads, exit=False)
        verdicts = scorer.score([*texts, *[" ".join(texts[4].split()[:number]) for number in range(BULK)]])
        assert scorer.is_warm, "ONNX Runtime would be compared with itself"
        return [verdict.probability for verdict in verdicts[: len(texts)]]

    return run


RUNTIMES: dict[str, Runtime] = {
    "ONNX Runtime, one by one": _one_by_one,
    "ONNX Runtime, ragged batch": _ragged_batch,
    "compiled": _compiled(1),
    "compiled, two threads": _compiled(2),
}


@pytest.fixture(scope="module")
def grouped_folder(tiny_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny run's folder with another network: 60 units in groups that fill no register, and a hidden layer."""
    path = tmp_path_factory.mktemp("grouped") / "model"
    shutil.copytree(tiny_folder, path)
    serving = model_folder.read_serving(path)
    words = len(np.load(path / "embedding.npy"))
    folder_of(path, 60, serving.dimensions, words=words, groups=(37, 13, 10), hidden=5)
    onnx_export.write_graph(path, "")
    model_folder.write_serving(path, replace(serving, units=60))
    model_folder.seal(path, model_folder.version(path, "2026.01"))
    return path


@pytest.fixture(scope="module", params=["tiny", "shipped", "grouped"])
def expected(request: pytest.FixtureRequest) -> Expected:
    """What Keras says, asked once for all tests of a model folder."""
    path = SHIPPED if request.param == "shipped" else request.getfixturevalue(f"{request.param}_folder")
    texts = _texts(path, _lengths(model_folder.read_serving(path).units))
    return _expected(path, texts)


def test_no_bias_is_zero(expected: Expected) -> None:
    # A zero bias would hide a mask error.
    with np.load(expected.path / "keras_weights.npz") as weights:
        biases = [name for name in weights.files if name.endswith("_bias")]
        assert {"forward_bias", "backward_bias", "logit_bias"} <= set(biases)
        assert all(float(np.abs(weights[name]).min()) > 0 for name in biases)


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_served_probabilities_are_those_of_keras(runtime: str, expected: Expected) -> None:
    found = RUNTIMES[runtime](expected.path, expected.texts)
    np.testing.assert_allclose(found, expected.probabilities, rtol=0, atol=1e-12)
    assert np.ptp(expected.probabilities) > 0.1


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_an_empty_text_is_even(runtime: str, tiny_folder: Path) -> None:
    assert RUNTIMES[runtime](tiny_folder, ["", " \n", "the", "the", "the plot"])[:2] == [0.5, 0.5]


def test_every_runtime_keeps_the_margin(expected: Expected) -> None:
    """What the rounding of `model.serving.exact_lstm` stands on: no runtime is further off than it allows for."""
    path, texts = expected.path, expected.texts
    vocabulary = Vocabulary.read(path / "vocabulary.txt")
    rows = [vocabulary.ids(text.split()) for text in texts]
    exact = exact_lstm.ExactLSTM(path).logits(rows)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(exact_lstm.ExactLSTM, "settled", lambda _, logits, rows: logits)
        onnx = Scorer(path).recurrent_logits(rows)
        warm = Scorer(path)
        warm.warm()
        assert warm._bulk is not None
        compiled = warm._bulk.parts_of_tokens([text.split() for text in texts]).recurrent
    for name, found in (("Keras", expected.logits), ("ONNX Runtime", onnx), ("compiled", compiled)):
        assert float(np.abs(found - exact).max()) < exact_lstm.MARGIN, name
        assert found.tolist() != exact.tolist(), "float64 would be compared with itself"


@pytest.mark.parametrize(("sizes", "hidden"), [((12,), 0), ((4, 4, 4), 0), ((7, 2, 1), 4), ((1, 3, 3), 4), ((12,), 2)])
def test_the_graph_and_the_network_are_what_the_weights_say(
    sizes: tuple[int, ...], hidden: int, tmp_path: Path
) -> None:
    weights = folder_of(tmp_path, sum(sizes), 7, words=20, groups=sizes, hidden=hidden)
    shape = network.shape_of(weights)
    assert (shape.dimensions, shape.units, shape.groups, shape.hidden) == (7, sum(sizes), sizes, hidden)
    for name, kernel in weights.items():
        if name.endswith("recurrent"):
            assert np.array_equal(kernel != 0, unit_groups.mask(sizes) != 0)
    kinds = [node.op_type for node in onnx_export.graph(weights).graph.node]
    assert (kinds.count("LSTM"), kinds.count("Relu")) == (len(sizes), min(hidden, 1))
    assert kinds[-1] == "Add"


def test_the_shipped_graph_is_made_of_the_shipped_weights() -> None:
    import onnx

    with np.load(SHIPPED / "keras_weights.npz") as stored:
        weights = {name: stored[name] for name in stored.files}
    assert onnx_export.graph(weights).graph == onnx.load(SHIPPED / "recurrent.onnx").graph
