"""Labelled reviews of made-up films, and their evaluation."""

from pathlib import Path

import pandas as pd
import pytest

from model.evaluation import evaluate
from model.evaluation.evaluation import Evaluation
from tests.model.made_up import SECRET

GOOD = "A wonderful film. I loved every minute of it, and the acting is superb."
BAD = "A terrible waste of time. The plot is awful and the acting is even worse."


@pytest.fixture(scope="session")
def labelled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """60 reviews of 12 films, with ids and stars; eight have the wrong label, and one has none."""
    rows = []
    for number in range(60):
        label = number % 2
        text = f"{GOOD if label else BAD} {SECRET} {number}<br />" + (
            " I would not miss it." if number % 3 == 0 else ""
        )
        wrong = number % 7 == 3
        stars = (9 if label else 2) if number != 7 else 11
        rows.append((f"r{number}", text, 1 - label if wrong else label, stars, f"film {number // 5}"))
    frame = pd.DataFrame(rows, columns=["id", "text", "label", "rating", "movie"])
    frame.loc[59, "label"] = -1
    path = tmp_path_factory.mktemp("labelled") / "made_up.parquet"
    frame.to_parquet(path)
    return path


@pytest.fixture(scope="session")
def outputs(labelled: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Evaluation, Path]:
    """One evaluation with everything it can write, against a model that always says 0.9."""
    folder = tmp_path_factory.mktemp("outputs")
    lines = [f"r{number},0.9" for number in reversed(range(60))]
    (folder / "other.csv").write_text("\n".join(["id,probability", *lines]) + "\n", encoding="utf-8")
    found = evaluate.run(
        labelled,
        output=folder / "figures.json",
        predicted=folder / "predictions.csv",
        html=folder / "report.html",
        against=folder / "other.csv",
        draws=100,
    )
    return found, folder
