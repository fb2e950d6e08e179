"""Each baseline is trained for real on made-up reviews, read back from its folder, and deaf to padding."""

from pathlib import Path

import numpy as np
import pytest
from pydantic import TypeAdapter

import model
from model import config
from model.data import corpus as data
from model.data.corpus import Corpus
from model.evaluation import metrics
from model.experiments import baselines
from model.experiments.baselines import BaselineConfig
from model.numeric import sigmoid
from model.text.tokens import tokenize
from tests.model.made_up import frame

CONFIGS = sorted((Path(model.__file__).parent / "configs").glob("baseline_*.toml"))
SMALL = {
    "training": {"epochs": 3, "batch": 32, "learning_rate": 1e-2, "ema": 0.9, "max_tokens": 64, "threads": 1},
    "wide": {"bits": 12, "min_count": 1},
    "network": {"units": 6},
    "units": 6,
    "filters": 8,
    "hidden": 8,
}
NEURAL = ("average", "cnn", "lstm", "bilstm")


def small(path: Path) -> BaselineConfig:
    """A committed baseline config, cut down to seconds."""
    given = baselines.read(path).model_dump()
    update = {name: value for name, value in SMALL.items() if name in given}
    adapter: TypeAdapter[BaselineConfig] = TypeAdapter(BaselineConfig)
    return adapter.validate_python(given | update)


@pytest.fixture(scope="module")
def corpus(tiny_config: config.Config, tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """Of more reviews than the tiny run has: three epochs have to be enough."""
    folder = tmp_path_factory.mktemp("reviews")
    paths = {"labelled": folder / "labelled.parquet", "unlabelled": folder / "unlabelled.parquet"}
    frame(500, 1).to_parquet(paths["labelled"])
    frame(150, 2).drop(columns="label").to_parquet(paths["unlabelled"])
    return data.prepare(tiny_config.model_copy(update={"data": tiny_config.data.model_copy(update=paths)}))


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_a_baseline_learns_and_survives_its_folder(path: Path, corpus: Corpus, tmp_path: Path) -> None:
    settings = small(path)
    (tmp_path / "model").mkdir()
    baseline, seconds = baselines.train(settings, corpus, tmp_path / "training")
    tokens, labels = corpus.part(corpus.split.validation)
    logits = baseline.logits(tokens)
    # The last state forgets: three epochs of a tiny LSTM are not asked for more than to beat a coin.
    assert metrics.accuracy(sigmoid(logits), labels) > (0.6 if settings.kind == "lstm" else 0.85)
    assert seconds > 0
    baseline.write(tmp_path / "model")
    again = baselines.load(settings, tmp_path / "model").logits(tokens)
    np.testing.assert_allclose(again, logits, atol=1e-5)


@pytest.mark.parametrize("kind", NEURAL)
def test_padding_does_not_show(kind: str, corpus: Corpus) -> None:
    import keras

    keras.utils.set_random_seed(3)
    settings = small(next(path for path in CONFIGS if path.stem == f"baseline_{kind}"))
    built = baselines.build(settings, *corpus.vectors.shape)  # type: ignore[arg-type]
    # Every weight, biases and the padding row too: zeros would hide a mask that does not work.
    rng = np.random.default_rng(4)
    built.set_weights([rng.normal(0, 0.4, weight.shape) for weight in built.get_weights()])
    network = baselines.Neural(settings, built, corpus.vocabulary)  # type: ignore[arg-type]
    short, long = tokenize("The plot was awful."), corpus.tokens[0] * 3
    together = network.logits([short, long, []])
    assert np.isfinite(together).all()
    alone = [network.logits([tokens])[0] for tokens in (short, long, [])]
    np.testing.assert_allclose(together, alone, atol=1e-5)


@pytest.mark.parametrize("kind", ["lstm", "cnn"])
def test_word_order_counts_where_it_should(kind: str, corpus: Corpus) -> None:
    import keras

    keras.utils.set_random_seed(5)
    logits = {}
    for name in (kind, "average"):
        settings = small(next(path for path in CONFIGS if path.stem == f"baseline_{name}"))
        built = baselines.build(settings, *corpus.vectors.shape)  # type: ignore[arg-type]
        network = baselines.Neural(settings, built, corpus.vocabulary)  # type: ignore[arg-type]
        logits[name] = network.logits([corpus.tokens[0], corpus.tokens[0][::-1]])
    assert abs(logits[kind][0] - logits[kind][1]) > 1e-4
    assert logits["average"][0] == pytest.approx(logits["average"][1], abs=1e-5)


def test_a_killed_network_goes_on(corpus: Corpus, tmp_path: Path) -> None:
    settings = small(next(path for path in CONFIGS if path.stem == "baseline_average"))
    tokens, _ = corpus.part(corpus.split.dev)
    first, seconds = baselines.train(settings, corpus, tmp_path)
    second, unchanged = baselines.train(settings, corpus, tmp_path)
    # The second found all epochs done: the same weights, and the seconds of the first.
    np.testing.assert_allclose(first.logits(tokens), second.logits(tokens), atol=1e-6)
    assert seconds == unchanged


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("name = 'x'\ntitle = 'X'\nkind = 'transformer'", "wrong at 'the top'"),
        ("name = 'x'\ntitle = 'X'\nkind = 'cnn'\nunits = 3", "cnn.units"),
        ("name = 'x'\ntitle = 'X'\nkind = 'nbsvm'\n[wide]\nlongest = 9", "nbsvm.wide.longest"),
        ("name = ", "not valid TOML"),
    ],
)
def test_wrong_baseline_configs(tmp_path: Path, content: str, words: str) -> None:
    (tmp_path / "c.toml").write_text(content, encoding="utf-8")
    with pytest.raises(config.ConfigError, match=words):
        baselines.read(tmp_path / "c.toml")
    with pytest.raises(config.ConfigError, match="cannot be read"):
        baselines.read(tmp_path / "none.toml")
