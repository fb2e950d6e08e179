"""Predictions as a CSV without texts: one evaluation writes them, another compares with them."""

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model.data.errors import DataError
from model.numeric import Floats

COLUMNS = ("row", "id", "probability")


def write(path: Path, rows: NDArray[np.int64], ids: list[str], probabilities: Floats) -> None:
    """Writes row (1 is the file's first review), id (empty where unknown) and probability of positive, no texts."""
    path.parent.mkdir(parents=True, exist_ok=True)
    frame = pd.DataFrame({"row": rows + 1, "id": ids, "probability": np.round(probabilities, 6)})
    frame.to_csv(path, index=False, lineterminator="\n")


def _frame(path: Path) -> pd.DataFrame:
    if not path.is_file():
        raise DataError(f"{path} is neither a model folder nor a CSV of predictions.")
    try:
        frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (ValueError, OSError) as error:
        raise DataError(f"{path} cannot be read as a CSV of predictions.") from error
    if "probability" not in frame.columns or not {"row", "id"} & set(frame.columns):
        raise DataError(f"{path} needs a column 'probability' and a column 'id' or 'row' (1 is the first review).")
    values = pd.to_numeric(frame["probability"], errors="coerce")
    if not values.between(0, 1).all():
        raise DataError(f"{path} has a probability that is not a number from 0 to 1.")
    return frame.assign(probability=values)


def _row_numbers(path: Path, frame: pd.DataFrame) -> pd.Series:
    if "row" not in frame.columns:
        raise DataError(f"{path} names reviews by id, and the labelled file has no ids: a column 'row' is needed.")
    numbers = pd.to_numeric(frame["row"], errors="coerce")
    if not (numbers >= 1).all():
        raise DataError(f"{path} has a row that is not a number from 1 on.")
    return numbers


def read(path: Path, rows: NDArray[np.int64], ids: list[str]) -> Floats:
    """Probabilities [n] for the reviews with these row numbers (from 0) and ids, from a CSV as `write` makes it.

    By id where the file names ids and all n reviews have one, else by row. Raises `DataError` when the file is wrong,
    names a review twice or lacks one.
    """
    frame = _frame(path)
    by_id = "id" in frame.columns and bool((frame["id"] != "").any()) and all(ids)
    keys = frame["id"] if by_id else _row_numbers(path, frame)
    found = pd.Series(frame["probability"].to_numpy(dtype=np.float64), index=pd.Index(keys))
    if not found.index.is_unique:
        raise DataError(f"{path} names the same {'id' if by_id else 'row'} twice.")
    values = found.reindex(ids if by_id else rows + 1).to_numpy(dtype=np.float64)
    missing = int(np.isnan(values).sum())
    if missing:
        raise DataError(f"{path} has no prediction for {missing:,} of the {len(values):,} reviews.")
    return np.asarray(values, dtype=np.float64)
