"""A real, tiny search on made-up reviews: killed and gone on with, judged on dev, told in sentences."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import optuna
import pandas as pd
import pytest
from typer.testing import CliRunner

import cli
from model import config
from model.data import corpus
from model.experiments import tune
from model.training import fit, network

if TYPE_CHECKING:
    import keras

SEARCH = """
name = "small"
sample = 128
rungs = [0.5, 1.0]
startup_trials = 2
[parameters."network.units"]
kind = "choice"
values = [4, 8]
[parameters."training.learning_rate"]
kind = "float"
low = 1e-3
high = 3e-2
log = true
[parameters."training.epochs"]
kind = "int"
low = 1
high = 2
"""


@pytest.fixture
def paths(tiny_config: config.Config, tmp_path: Path) -> tuple[Path, Path]:
    """A training config on the tiny run's data and a search config."""
    given, network = tiny_config.data, tiny_config.network
    (tmp_path / "c.toml").write_text(
        f"""
name = "c"
[data]
labelled = "{given.labelled}"
unlabelled = "{given.unlabelled}"
glove = "{given.glove}"
[vocabulary]
min_count = 1
[network]
dimensions = {network.dimensions}
units = 8
[training]
epochs = 2
batch = 32
learning_rate = 1e-2
ema = 0.9
max_tokens = 64
threads = 1
[distil]
epochs = 1
""",
        encoding="utf-8",
    )
    (tmp_path / "s.toml").write_text(SEARCH, encoding="utf-8")
    return tmp_path / "c.toml", tmp_path / "s.toml"


def stored(output: Path) -> list[optuna.trial.FrozenTrial]:
    return optuna.load_study(study_name="small", storage=f"sqlite:///{output / tune.STORAGE}").trials


def mean_of_words(given: config.NetworkConfig, words: int) -> keras.Model:
    """A network that is traced in a tenth of the time; of what `test_the_command` trains only the form is missing."""
    import keras

    ids = keras.Input((None,), dtype="int32")
    vectors = keras.layers.Embedding(words, given.dimensions, name=network.EMBEDDING)(ids)
    hidden = keras.layers.Dense(given.units)(keras.layers.GlobalAveragePooling1D()(vectors))
    return keras.Model(ids, keras.layers.Dense(1)(hidden))


@pytest.mark.timeout(300)  # nine graphs are traced: seconds on an idle machine
def test_a_search_outlives_a_kill(paths: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "build", mean_of_words)
    output = tmp_path / "out"
    parts: list[tuple[int, int]] = []
    calls = 0
    whole = fit.fit

    def killed(network: Any, train: fit.Examples, dev: fit.Examples, *rest: Any, resume: bool) -> Any:
        nonlocal calls
        calls += 1
        if calls == 4:
            # The second trial's second rung.
            raise KeyboardInterrupt
        parts.append((len(train.rows), len(dev.rows)))
        return whole(network, train, dev, *rest, resume=resume)

    monkeypatch.setattr(fit, "fit", killed)
    with pytest.raises(KeyboardInterrupt):
        tune.run(paths[0], search_path=paths[1], output=output, trials=2)
    first, broken = stored(output)
    assert first.params == {"network.units": 8, "training.learning_rate": 0.01, "training.epochs": 2}
    assert list((output / "running").iterdir())
    found = tune.run(paths[0], search_path=paths[1], output=output, trials=2)
    trials = stored(output)
    assert [trial.state.name for trial in trials[:2]] == ["COMPLETE", "FAIL"]
    assert trials[2].params == broken.params
    assert len(found["trials"]) == 2
    assert not (output / "running").exists()
    # Asked again, it has nothing to do.
    before = calls
    assert tune.run(paths[0], search_path=paths[1], output=output, trials=2)["trials"] == found["trials"]
    assert calls == before
    # Dev judges, on shares of the sample; no other part is ever seen.
    dev = len(corpus.prepare(config.read(paths[0])).split.dev)
    assert set(parts) == {(64, dev), (128, dev)}
    table = pd.read_csv(output / "trials.csv")
    complete = table[table["state"] == "complete"]
    assert complete["dev_log_loss"].is_monotonic_increasing
    page = (output / "trials.md").read_text(encoding="utf-8")
    assert f"The best of {len(complete)} complete trials reads {complete['dev_log_loss'].iloc[0]:.4f}" in page
    assert "The config as it stands reads" in page


def test_a_trial_left_running_is_tried_again(paths: tuple[Path, Path], tmp_path: Path) -> None:
    search, settings = tune.read(paths[1]), config.read(paths[0])
    study = tune._study(search, settings, tmp_path)
    # What kill -9 leaves: a trial that was asked for and never told.
    asked = study.ask()
    asked.suggest_categorical("network.units", [4, 8])
    study = tune._study(search, settings, tmp_path)
    assert [trial.state.name for trial in study.trials] == ["FAIL", "WAITING"]
    again = study.ask()
    assert again.suggest_float("training.learning_rate", 1e-3, 3e-2, log=True) == 0.01
    assert again.user_attrs["as_configured"]


def test_a_bad_trial_is_given_up_and_importance_is_told(
    paths: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pretended(self: Any, chosen: config.Config, rows: Any, folder: Path) -> list[dict[str, float]]:
        loss = 0.3 if chosen.network.units == 8 else 0.6
        return [{"dev_log_loss": loss + chosen.training.learning_rate, "dev_accuracy": 1 - loss, "seconds": 1.0}]

    monkeypatch.setattr(tune._Objective, "_fitted", pretended)
    found = tune.run(paths[0], search_path=paths[1], output=tmp_path / "o", trials=12)
    pruned = [row for row in found["trials"] if row["state"] == "pruned"]
    assert pruned
    assert all(row["rungs"] == 1 for row in pruned)
    # After the trials at random, the worse size is never trained to its end.
    late = [row for row in found["trials"] if row["trial"] >= 4 and row["network.units"] == 4]
    assert all(row["state"] == "pruned" for row in late)
    assert found["trials"][0]["network.units"] == 8
    assert found["trials"][-1]["state"] == "pruned"
    assert abs(sum(found["importance"].values()) - 1) < 0.01
    assert any("What matters most is" in sentence for sentence in found["sentences"])


def test_a_search_with_other_settings_is_not_mixed_in(paths: tuple[Path, Path], tmp_path: Path) -> None:
    tune._study(tune.read(paths[1]), config.read(paths[0]), tmp_path)
    result = CliRunner().invoke(
        cli.app,
        ["tune", str(paths[0]), "--search", str(paths[1]), "--sample", "99", "--output", str(tmp_path)],
    )
    assert result.exit_code == 78
    assert "holds a search with other settings" in result.stderr


@pytest.mark.slow  # seconds of a processor
def test_the_command(paths: tuple[Path, Path], tmp_path: Path) -> None:
    paths[1].write_text(SEARCH.replace("rungs = [0.5, 1.0]", "rungs = [1.0]"), encoding="utf-8")
    arguments = ["tune", str(paths[0]), "--search", str(paths[1]), "--trials", "1", "--output", str(tmp_path / "o")]
    result = CliRunner().invoke(cli.app, arguments)
    assert result.exit_code == 0, result.output
    assert "The best of 1 complete trials reads" in result.stdout
    result = CliRunner().invoke(cli.app, [*arguments, "--minutes", "0.0001", "--trials", "9"])
    assert "have passed: 1 of 9 trials are done" in result.stdout


def test_the_committed_search_starts_from_a_committed_config(tmp_path: Path) -> None:
    quick = config.read(tune.SEARCH.parent / "quick.toml")
    study = tune._study(tune.read(), quick, tmp_path)
    assert study.trials[0].system_attrs["fixed_params"]["network.units"] == quick.network.units


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (("units", "legs"), "not a setting"),
        (("high = 3e-2", "high = 1e-4"), "low must be less"),
        (("low = 1e-3", "low = 0.0"), "log needs low"),
        (("rungs = [0.5, 1.0]", "rungs = [0.5]"), "rungs must"),
        (("network.units", "serving.batch"), "not a setting"),
        (("values = [4, 8]", "values = [0, 8]"), "network.units = 0"),
    ],
)
def test_wrong_search_configs(tmp_path: Path, changes: tuple[str, str], words: str) -> None:
    (tmp_path / "s.toml").write_text(SEARCH.replace(*changes), encoding="utf-8")
    with pytest.raises(config.ConfigError, match=words):
        tune.read(tmp_path / "s.toml")
