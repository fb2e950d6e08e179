"""The training loop: learning rate, adversarial reading, groups, a kill on the way."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from model import config
from model.data import corpus as data
from model.training import fit, network


def test_a_second_reading_of_a_batch_moves_its_words_to_where_they_cost_most() -> None:
    import keras

    shape = config.NetworkConfig(dimensions=8, units=6, hidden=3, spatial_dropout=0.0, dropout=0.0)
    rng = np.random.default_rng(1)
    built = network.made(shape, rng.normal(size=(50, 8)).astype(np.float32), None)
    ids = rng.integers(1, 50, (32, 9)).astype(np.int32)
    ids[::3, 5:] = 0
    labels = (ids == 7).any(axis=1).astype(np.float32)
    trainer = fit._Trainer(built, config.TrainingConfig(), 10)
    loss, plain = trainer._gradients(ids, labels)
    # As far as nothing it is the same reading.
    near_loss, near = trainer._hardened(keras.ops.convert_to_tensor(ids), labels, 1e-5)
    assert float(near_loss) == pytest.approx(float(loss), abs=1e-6)
    for one, other in zip(plain, near, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)
    # Farther off the words say less of the label, and to learn from both costs more steps uphill.
    _, far = trainer._hardened(keras.ops.convert_to_tensor(ids), labels, 1.0)
    norms = [sum(float((value.numpy() ** 2).sum()) for value in each) for each in (plain, far)]
    assert norms[1] > 1.05 * norms[0]


@pytest.mark.parametrize(("decay", "last"), [(True, 0.0), (False, 1e-2)])
def test_the_learning_rate_rises_and_falls_or_stays(decay: bool, last: float) -> None:
    settings = config.TrainingConfig(learning_rate=1e-2, warmup=0.1, decay=decay)
    trainer = fit._Trainer(network.build(config.NetworkConfig(dimensions=3, units=2), 5), settings, 100)
    rate = trainer.optimizer._learning_rate
    assert [float(rate(step)) for step in (5, 10, 100)] == pytest.approx([5e-3, 1e-2, last], abs=1e-6)


def test_an_interrupted_run_ends_like_an_unbroken_one(
    tiny_config: config.Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import keras

    corpus = data.prepare(tiny_config)
    settings = tiny_config.training.model_copy(update={"epochs": 2, "batch": 32, "learning_rate": 1e-2})
    rows = corpus.split.train[:64]
    examples = fit.Examples(corpus.ids(rows, 64), corpus.reviews.labels[rows].astype(np.float32))

    kept: list[keras.Model] = []

    def fitted(target: Path, resume: bool) -> list[np.ndarray]:
        target.mkdir(exist_ok=True)
        keras.utils.set_random_seed(1)
        fresh = network.build(tiny_config.network, len(corpus.vocabulary))
        network.set_embedding(fresh, corpus.vectors)
        # Trained again, a network begins anew whatever it and its optimizer have become; only its graphs stay.
        kept[:] = kept or [fresh]
        [built] = kept
        for variable, value in zip(built.variables, fresh.variables, strict=True):
            variable.assign(value)
        fit.fit(built, examples, examples, settings, target, resume=resume)
        return [network.embedding(built), *network.recurrent_weights(built).values()]

    unbroken = fitted(tmp_path / "a", resume=False)
    epoch = fit._epoch

    def killed(
        trainer: fit._Trainer, seen: fit.Examples, chosen: config.TrainingConfig, number: int, bar: object
    ) -> float:
        if number == 1:
            raise KeyboardInterrupt
        return epoch(trainer, seen, chosen, number, bar)  # type: ignore[arg-type]

    monkeypatch.setattr(fit, "_epoch", killed)
    with pytest.raises(KeyboardInterrupt):
        fitted(tmp_path / "b", resume=False)
    monkeypatch.undo()
    for first, second in zip(unbroken, fitted(tmp_path / "b", resume=True), strict=True):
        np.testing.assert_allclose(first, second, atol=1e-5)


def test_the_table_beside_the_history_says_the_same_whatever_a_record_lacks(tmp_path: Path) -> None:
    first = {"epoch": 1.0, "loss": 0.1 + 0.2, "seconds": 1e-7}
    fit._write(tmp_path, [first, {"epoch": 2.0, "loss": 1 / 3, "cpu_seconds": 2.5}])
    table = pd.read_csv(tmp_path / fit.TABLE)
    assert list(table) == ["epoch", "loss", "seconds", "cpu_seconds"]
    assert table["epoch"].dtype == np.int64
    history = [
        {name: value for name, value in row.items() if not np.isnan(value)} for row in table.to_dict(orient="records")
    ]
    assert history == json.loads((tmp_path / fit.HISTORY).read_text(encoding="utf-8"))
