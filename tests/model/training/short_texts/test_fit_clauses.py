"""The small LSTM for clauses is taught into a copy of a model folder, whose verdicts stay."""

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from model import ModelFolderError, Scorer, config
from model.config import TrainingConfig
from model.data.errors import DataError
from model.serving import model_folder
from model.serving.model_folder import CLAUSES
from model.training.short_texts import fit_clauses
from model.training.short_texts.fit_clauses import Figures, Taught

QUICK = TrainingConfig(epochs=2, batch=32, learning_rate=1e-2, word_dropout=0.0, threads=1)
TEXT = "The acting was superb and the plot was awful."


@pytest.fixture(scope="module")
def reviews(tiny_config: config.Config) -> list[Path]:
    files = [tiny_config.data.labelled, tiny_config.data.unlabelled]
    assert all(file is not None for file in files)
    return [file for file in files if file]


@pytest.fixture(scope="module")
def fitted(tiny_folder: Path, reviews: list[Path], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Figures]:
    output = tmp_path_factory.mktemp("run")
    run, found = fit_clauses.run(tiny_folder, reviews, output, training=QUICK, units=16)
    assert run == output
    return run / "model", found


def test_it_learns_what_the_large_one_says(fitted: tuple[Path, Figures], tiny_folder: Path) -> None:
    folder, found = fitted
    assert found.same_side > 0.8
    assert found.same_side_served >= max(found.same_side, 1 - fit_clauses.DIFFERING)
    assert 0 <= found.spared <= 1
    assert model_folder.clause_bound(folder) == found.bound
    with np.load(folder / CLAUSES) as stored:
        assert stored["forward_recurrent"].shape == (16, 64)
    large, small = Scorer(tiny_folder), Scorer(folder)
    assert small.version == large.version
    assert small.score([TEXT]) == large.score([TEXT])
    assert Scorer(folder, exit=False).aspects(TEXT) == Scorer(tiny_folder, exit=False).aspects(TEXT)


def test_it_goes_on_where_all_is_as_before_and_nowhere_else(
    fitted: tuple[Path, Figures], tiny_folder: Path, reviews: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the next model would get the small LSTM of the one before, whose words have other numbers."""
    folder, found = fitted
    weights = (folder / CLAUSES).read_bytes()
    arguments: dict[str, Any] = {"output": folder.parent, "training": QUICK, "units": 16, "resume": True}
    again = fit_clauses.run(tiny_folder, reviews, **arguments)
    assert again[1] == found
    assert (folder / CLAUSES).read_bytes() == weights
    others = [{"units": 8}, {"training": QUICK.model_copy(update={"epochs": 3})}]
    for other in others:
        with pytest.raises(DataError, match="another model, other reviews or other settings"):
            fit_clauses.run(tiny_folder, reviews, **(arguments | other))
    with pytest.raises(DataError, match="another model, other reviews or other settings"):
        fit_clauses.run(tiny_folder, reviews[:1], **arguments)
    verify = model_folder.verify
    monkeypatch.setattr(model_folder, "verify", lambda folder: verify(folder) + "0")
    with pytest.raises(DataError, match="another model, other reviews or other settings"):
        fit_clauses.run(tiny_folder, reviews, **arguments)
    assert (folder / CLAUSES).read_bytes() == weights


def test_it_does_not_empty_the_folder_that_it_reads(fitted: tuple[Path, Figures], reviews: list[Path]) -> None:
    folder = fitted[0]
    with pytest.raises(ModelFolderError, match="is the one that is read"):
        fit_clauses.run(folder, reviews, folder.parent, training=QUICK, units=16)
    assert model_folder.verify(folder)


def test_it_is_the_same_in_compiled_code(fitted: tuple[Path, Figures]) -> None:
    texts = [TEXT, "The plot was awful.", "", "zzz"] * 20
    compiled = Scorer(fitted[0])
    assert compiled.aspects_of(texts) == Scorer(fitted[0], compiled=False).aspects_of(texts)
    assert compiled.is_warm


def test_the_bound_is_the_least_that_keeps_the_promise(tiny_folder: Path) -> None:
    plain = {"blend_lstm": 1.0, "blend_wide": 0.0, "blend_bias": 0.0, "length_slope": 0.0, "skew": 0.0}
    serving = replace(model_folder.read_serving(tiny_folder), **plain)
    number = 1_000
    large = np.linspace(-3, 3, number)
    dev = Taught([np.ones(3, np.int32)] * number, large, np.zeros(number))
    assert fit_clauses.bound(serving, dev, large) == Figures(1.0, 1.0, 1.0, 0.0)
    small = large + np.where(np.arange(number) % 2, 0.4, -0.4)
    found = fit_clauses.bound(serving, dev, small)
    assert found.same_side < 1 - fit_clauses.DIFFERING <= found.same_side_served
    assert 0 < found.bound < 3
    assert 0.5 < found.spared < 1
    assert fit_clauses.bound(serving, dev, -10 * large) == Figures(0.0, 0.0, 1.0, math.inf)


def test_without_clauses_there_is_nothing_to_learn(tiny_folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "empty.csv"
    file.write_text("review\n!!!\n", encoding="utf-8")
    with pytest.raises(DataError, match="no clauses to learn from"):
        fit_clauses.run(tiny_folder, [file], tmp_path / "run", training=QUICK)
