"""The network as a language model, and a run whose network begins with that: no teacher."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from model import config
from model.config import NetworkConfig, PretrainingConfig
from model.serving import model_folder
from model.training import network, pretrain, train
from model.training.teachers import language_model

if TYPE_CHECKING:
    import keras

SMALL = NetworkConfig(dimensions=8, units=16)
PLAN = PretrainingConfig(epochs=12, streams=12, steps=16, candidates=30, learning_rate=2e-2)
LOG, KEPT = "language_model.json", language_model.CHECKPOINT


@pytest.fixture
def small() -> keras.Model:
    """An untrained network of thirty words."""
    import keras

    keras.utils.set_random_seed(1)
    vectors = np.random.default_rng(1).normal(size=(30, 8)).astype(np.float32)
    return network.made(SMALL, vectors, None)


def test_both_directions_learn_what_stands_beside_a_word(
    text: list[np.ndarray], small: keras.Model, tmp_path: Path
) -> None:
    before = network.recurrent_weights(small) | {"embedding": network.embedding(small)}
    pretrain.run(small, text, PLAN, tmp_path, seed=1, resume=False)
    losses = [record["loss"] for record in json.loads((tmp_path / LOG).read_text(encoding="utf-8"))]
    # The mean of both directions; guessing among thirty words costs 3.4 nats.
    assert losses[-1] < 1.5
    after = network.recurrent_weights(small) | {"embedding": network.embedding(small)}
    changed = {name for name, value in before.items() if not np.array_equal(value, after[name])}
    assert changed == set(before) - {"logit_kernel", "logit_bias"}


def test_groups_stay_apart(text: list[np.ndarray], tmp_path: Path) -> None:
    apart = NetworkConfig(dimensions=8, units=16, groups=(8, 8))
    built = network.made(apart, np.random.default_rng(1).normal(size=(30, 8)).astype(np.float32), None)
    pretrain.run(built, text, PLAN.model_copy(update={"epochs": 1}), tmp_path, seed=1, resume=False)
    assert network.shape_of(network.recurrent_weights(built)).groups == (8, 8)


@pytest.fixture
def pretraining_config(tiny_config: config.Config) -> config.Config:
    """The tiny config without teachers: two networks from one language model."""
    own = PretrainingConfig(epochs=2, streams=16, steps=16, candidates=40, learning_rate=1e-2, networks=2)
    training = tiny_config.training.model_copy(update={"adversarial": 0.3})
    changes = {"teacher": None, "distil": None, "pretraining": own, "training": training}
    return tiny_config.model_copy(update=changes)


def test_a_run_begins_with_its_language_model_and_ships_the_mean_of_its_networks(
    pretraining_config: config.Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    begun = pretrain.run

    def counted(built: keras.Model, rows: list[np.ndarray], *given: object, **more: object) -> None:
        read.append(len(rows))
        begun(built, rows, *given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(pretrain, "run", counted)
    run = train.run_config(pretraining_config, output=tmp_path)
    card = json.loads((run / "model" / "card.json").read_text(encoding="utf-8"))
    metrics = json.loads((run / "model" / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["validation"]["metrics"]["accuracy"] > 0.9
    assert list(card["training"]["students"]) == ["seed 1", "seed 2", "mean of the weights"]
    assert "teachers" not in card["training"]
    # Reviews without a label are read too.
    assert read[0] > card["data"]["parts"]["train"]
    assert (run / "pretraining" / KEPT).is_file()

    # Finished, it is not done again, and the run ends the same.
    before = model_folder.verify(run / "model")
    monkeypatch.setattr(pretrain._BothWays, "learn", None)
    train.run_config(pretraining_config, output=run, resume=True)
    assert model_folder.verify(run / "model") == before
