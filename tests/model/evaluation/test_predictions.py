"""Predictions as a CSV: by row, by id, and wrong ones."""

from pathlib import Path

import numpy as np
import pytest

from model.data.errors import DataError
from model.evaluation import predictions


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "neither a model folder nor a CSV"),
        ("", "cannot be read"),
        ("id,score\na,1\n", "'probability'"),
        ("probability\n0.5\n", "'id' or 'row'"),
        ("id,probability\na,0.5\nb,1.5\n", "from 0 to 1"),
        ("id,probability\na,0.5\nb,\n", "from 0 to 1"),
        ("id,probability\na,0.5\n", "no prediction for 1 of the 2"),
        ("id,probability\na,0.5\na,0.6\nb,1\n", "same id twice"),
        ("row,probability\n1,0.5\n1,0.6\n3,1\n", "same row twice"),
        ("row,probability\n0,0.5\n3,0.6\n", "from 1 on"),
    ],
)
def test_wrong_predictions_are_named(tmp_path: Path, content: str | None, words: str) -> None:
    file = tmp_path / "p.csv"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=words):
        predictions.read(file, np.asarray([0, 2]), ["a", "b"])


def test_predictions_by_row_and_by_id(tmp_path: Path) -> None:
    rows = np.asarray([0, 2])
    predictions.write(tmp_path / "new" / "p.csv", rows, ["", ""], np.asarray([0.25, 0.75]))
    written = tmp_path / "new" / "p.csv"
    assert predictions.read(written, rows, ["", ""]).tolist() == [0.25, 0.75]
    # The file has ids, the other reviews have not: rows decide.
    assert predictions.read(written, rows[::-1], ["a", "b"]).tolist() == [0.75, 0.25]
    by_id = tmp_path / "i.csv"
    by_id.write_text("id,probability\nb,1\nc,0.5\na,0\n", encoding="utf-8")
    assert predictions.read(by_id, rows, ["a", "b"]).tolist() == [0.0, 1.0]
    with pytest.raises(DataError, match="column 'row'"):
        predictions.read(by_id, rows, ["a", ""])
