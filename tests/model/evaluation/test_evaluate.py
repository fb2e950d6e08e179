"""`reelfeel evaluate`: figures, intervals, another model's predictions."""

import builtins
import csv
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

import cli
from model.data.errors import DataError
from model.evaluation import evaluate
from model.evaluation.evaluation import Evaluation


def test_figures_have_intervals_that_hold_them(outputs: tuple[Evaluation, Path]) -> None:
    found, folder = outputs
    written = json.loads((folder / "figures.json").read_text(encoding="utf-8"))
    assert found.metrics.accuracy == pytest.approx(51 / 59)
    for name in ("accuracy", "precision", "recall", "f1", "roc_auc", "log_loss"):
        interval = written["intervals"][name]
        assert interval["low"] < written["metrics"][name] < interval["high"]
    assert (written["resampled"], written["units"], written["skipped"]) == ("films", 12, 1)
    # Where the model is as good as certain of each, both may be the same to the last place that is written.
    assert 0 < written["calibration"]["ece_if_calibrated"] <= written["calibration"]["ece_if_calibrated_95"]
    assert "by bootstrap over 12 films" in evaluate.summary(found)


def test_slices_count_what_they_name(outputs: tuple[Evaluation, Path]) -> None:
    parts = {(part.by, part.name): part for part in outputs[0].slices}
    assert parts["stars", "9 stars"].reviews == 28
    assert parts["stars", "2 stars"].reviews == 30
    assert parts["line breaks", "with <br />"].reviews == 59
    assert ("line breaks", "without <br />") not in parts
    assert parts["negation", "more than 2 negations in 100 tokens"].reviews == 20
    assert parts["negation", "no negation"].reviews == 39
    for by in ("label", "length", "negation", "contrast", "line breaks", "own score"):
        assert sum(part.reviews for part in parts.values() if part.by == by) == 59, by
    for part in parts.values():
        assert 0 <= part.low <= part.accuracy <= part.high <= 1


def test_another_models_predictions_are_matched_by_id(outputs: tuple[Evaluation, Path]) -> None:
    against = outputs[0].against
    assert against is not None
    # The other one always says positive.
    assert against["metrics"]["recall"] == 1.0
    paired = against["mcnemar"]
    assert paired["both"] + paired["only_a"] + paired["only_b"] + paired["neither"] == 59
    assert paired["difference"] == pytest.approx(outputs[0].metrics.accuracy - against["metrics"]["accuracy"], abs=1e-6)
    assert against["difference"]["low"] < paired["difference"] < against["difference"]["high"]
    assert paired["p_mid"] < 0.01


def test_predictions_are_ids_and_probabilities(outputs: tuple[Evaluation, Path], labelled: Path) -> None:
    file = outputs[1] / "predictions.csv"
    rows = list(csv.DictReader(file.open(encoding="utf-8")))
    assert list(rows[0]) == ["row", "id", "probability"]
    assert [row["id"] for row in rows] == [f"r{number}" for number in range(59)]
    assert float(rows[1]["probability"]) > 0.8 > 0.2 > float(rows[2]["probability"])
    itself = evaluate.run(labelled, against=file, draws=20).against
    assert itself is not None
    assert (itself["mcnemar"]["only_a"], itself["mcnemar"]["only_b"], itself["mcnemar"]["p_mid"]) == (0, 0, 1)


def test_only_the_report_needs_seaborn(labelled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any, **named: Any) -> Any:
        if name.split(".")[0] in ("seaborn", "sklearn", "scipy", "tensorflow"):
            raise ImportError(f"No module named '{name}'")
        return real(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    plain = CliRunner().invoke(cli.app, ["evaluate", str(labelled)])
    assert plain.exit_code == 0, plain.output
    assert "roc_auc" in plain.output
    drawn = CliRunner().invoke(cli.app, ["evaluate", str(labelled), "--html", str(tmp_path / "r.html")])
    assert drawn.exit_code == 78
    assert "make install-dev" in drawn.stderr
    assert not (tmp_path / "r.html").exists()


def test_stars_stand_for_labels_where_there_are_none(labelled: Path, tmp_path: Path) -> None:
    """Of five: four and more are positive, two and less negative, three and what is no number are left out."""
    texts = pd.read_parquet(labelled)["text"].tolist()[:6]
    rated = tmp_path / "rated.csv"
    with rated.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["text", "stars"], *zip(texts, (5, 4, 3, 2, 1, "x"), strict=True)])
    given = evaluate.read_labelled(rated)
    assert given.reviews.labels.tolist() == [1, 1, 0, 0]
    assert (given.rows.tolist(), given.skipped, given.scale) == ([0, 1, 3, 4], 2, 5)
    found = evaluate.run(rated, draws=5)
    assert found.rows == "all labelled; labels from stars: 3.5 of 5 and more positive, 2 and less negative"
    rated.write_text("text,stars\nfine,1\nbad,0\n", encoding="utf-8")
    with pytest.raises(DataError, match="'rating' or 'stars'"):
        evaluate.read_labelled(rated)
