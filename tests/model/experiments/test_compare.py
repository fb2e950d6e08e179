"""The comparison on made-up reviews: rows are kept and resumed, sentences follow the figures, the page is whole."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

import cli
from model import Scorer, config
from model.data import readers
from model.data.splits import split
from model.evaluation.metrics import accuracy
from model.experiments import baselines, compare

TFIDF = """
name = "baseline_tfidf"
title = "TF-IDF + logistic regression"
kind = "tfidf"
min_count = 1
"""
AVERAGE = """
name = "baseline_average"
title = "GloVe average + dense"
kind = "average"
hidden = 8
[training]
epochs = 2
batch = 32
learning_rate = 1e-2
ema = 0.9
max_tokens = 64
threads = 1
"""


@pytest.fixture
def config_path(tiny_config: config.Config, tmp_path: Path) -> Path:
    """A comparison of two quick baselines on the tiny run's data."""
    folder = tmp_path / "configs"
    folder.mkdir()
    (folder / "baseline_tfidf.toml").write_text(TFIDF, encoding="utf-8")
    (folder / "baseline_average.toml").write_text(AVERAGE, encoding="utf-8")
    (folder / "small.toml").write_text(
        f"""
name = "small"
baselines = ["baseline_tfidf", "baseline_average"]
[data]
labelled = "{tiny_config.data.labelled}"
glove = "{tiny_config.data.glove}"
dimensions = 12
[vocabulary]
min_count = 1
[speed]
reviews = 20
rounds = 1
threads = 1
""",
        encoding="utf-8",
    )
    return folder / "small.toml"


def titles(found: dict[str, Any]) -> list[str]:
    return [row["name"] for row in found["rows"]]


def test_the_rows_are_kept_and_resumed(
    config_path: Path, tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "out"
    trained: list[str] = []
    train = baselines.train

    def counting(settings: Any, *rest: Any) -> Any:
        trained.append(settings.name)
        if settings.name == "baseline_average" and trained.count("baseline_average") == 1:
            raise KeyboardInterrupt
        return train(settings, *rest)

    monkeypatch.setattr(baselines, "train", counting)
    with pytest.raises(KeyboardInterrupt):
        compare.run(config_path, output=output, model=tiny_folder)
    # One row alone, the others as kept: the killed one is left out.
    found = compare.run(config_path, output=output, model=tiny_folder, only=["shipped"])
    assert titles(found) == ["baseline_tfidf", "shipped"]
    found = compare.run(config_path, output=output, model=tiny_folder)
    assert titles(found) == ["baseline_tfidf", "baseline_average", "shipped"]
    assert trained == ["baseline_tfidf", "baseline_average", "baseline_average"]
    compare.run(config_path, output=output, model=tiny_folder, only=["tfidf"], again=True)
    assert trained[3:] == ["baseline_tfidf"]
    # A changed setting makes its row anew, and only that.
    tfidf = config_path.parent / "baseline_tfidf.toml"
    tfidf.write_text(TFIDF + "longest = 1\n", encoding="utf-8")
    compare.run(config_path, output=output, model=tiny_folder)
    assert trained[4:] == ["baseline_tfidf"]


def test_figures_are_those_of_the_validation_part(
    config_path: Path, tiny_folder: Path, tiny_config: config.Config, tmp_path: Path
) -> None:
    docs = tmp_path / "docs"
    found = compare.run(config_path, output=tmp_path / "out", model=tiny_folder, publish=docs)
    reviews = readers.read(tiny_config.data.labelled)
    rows = split(reviews).validation
    verdicts = Scorer(tiny_folder).score([reviews.texts[row] for row in rows])
    shipped = next(row for row in found["rows"] if row["kind"] == "shipped")
    expected = accuracy(np.asarray([verdict.probability for verdict in verdicts]), reviews.labels[rows])
    assert shipped["metrics"]["accuracy"] == pytest.approx(expected, abs=1e-6)
    assert shipped["against_shipped"] is None
    assert found["parts"]["validation"] == len(rows)
    for row in found["rows"]:
        assert row["speed"]["reviews_per_s"] > 0
        assert row["intervals"]["accuracy"]["low"] <= row["metrics"]["accuracy"] <= row["intervals"]["accuracy"]["high"]
        assert row["size"] > 1000
    for row in found["rows"][:-1]:
        test = row["against_shipped"]
        assert test["both"] + test["only_a"] + test["only_b"] + test["neither"] == len(rows)
    written = json.loads((tmp_path / "out" / "comparison.json").read_text(encoding="utf-8"))
    assert written == found
    page = (docs / "internals" / "comparison-table.md").read_text(encoding="utf-8")
    assert all(row["title"] in page for row in found["rows"])
    assert (docs / "pictures" / "comparison.png").read_bytes().startswith(b"\x89PNG")


def test_wrong_wishes_are_named(config_path: Path, tiny_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(config.ConfigError, match="no row 'gru' to compare: the rows are tfidf, average, shipped"):
        compare.run(config_path, output=tmp_path, model=tiny_folder, only=["gru"])
    with pytest.raises(config.ConfigError, match="not published"):
        compare.run(config_path, output=tmp_path, model=tiny_folder, limit=100, publish=tmp_path)
    result = CliRunner().invoke(cli.app, ["compare", "--config", str(tmp_path / "none.toml")])
    assert result.exit_code == 78
    assert "cannot be read" in result.stderr


def test_the_command_prints_the_table(config_path: Path, tiny_folder: Path, tmp_path: Path) -> None:
    arguments = ["compare", "--config", str(config_path), "--model", str(tiny_folder), "--output", str(tmp_path / "o")]
    result = CliRunner().invoke(cli.app, [*arguments, "--only", "tfidf,shipped"])
    assert result.exit_code == 0, result.output
    assert "| TF-IDF + logistic regression |" in result.stdout
    assert "GloVe average" not in result.stdout
