"""What a labelled file may hold beside text, label and film: each review's id and its stars."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model.data import readers

ID_COLUMNS = ("id",)
RATING_COLUMNS = ("rating", "stars")


@dataclass(frozen=True, slots=True)
class Details:
    """Of n reviews in file order: ids ("" where unknown) and ratings (int8 [n], 1 to 10 stars, 0 where unknown)."""

    ids: list[str]
    ratings: NDArray[np.int8]

    def take(self, rows: NDArray[np.int64]) -> "Details":
        """Those of the rows with these numbers, in that order."""
        return Details([self.ids[row] for row in rows], self.ratings[rows])


def _rating(value: object) -> int:
    """A whole number from 1 to 10, else 0."""
    try:
        number = float(str(value))
    except ValueError:
        return 0
    return int(number) if number in range(1, 11) else 0


def _ratings(values: Iterable[object]) -> NDArray[np.int8]:
    return np.asarray([_rating(value) for value in values], dtype=np.int8)


def _from_folder(folder: Path) -> Details:
    """aclImdb's file names are number_rating.txt; the unlabelled ones all say 0."""
    files = [(name, file) for name in ("pos", "neg", "unsup") for file in sorted((folder / name).glob("*.txt"))]
    ratings = _ratings(file.stem.partition("_")[2] for _, file in files)
    return Details([f"{name}/{file.stem}" for name, file in files], ratings)


def read(path: Path) -> Details:
    """Ids (column `id`) and ratings (`rating` or `stars`, whole numbers 1 to 10) of what `readers.read` reads.

    Row for row the same reviews. Raises `DataError` as `readers.read` does.
    """
    if path.is_dir():
        return _from_folder(path)
    frame = readers.read_frame(path)
    identity, rating = readers.column(frame, ID_COLUMNS), readers.column(frame, RATING_COLUMNS)
    ids = frame[identity].fillna("").astype(str).tolist() if identity else [""] * len(frame)
    return Details(ids, _ratings(frame[rating].tolist() if rating else [0] * len(frame)))


POSITIVE_FROM, NEGATIVE_TO = 0.7, 0.4
"""Parts of the scale: from 7 of 10 stars on a review counts as positive, up to 4 as negative, as in IMDb's data."""
SCALES = (5, 10, 100)


def scale_of(values: Sequence[object]) -> int | None:
    """Out of how many stars these are: the least of 5, 10 and 100 that none exceeds. None where none fits, or all are
    at most 1 and may be labels."""
    numbers = [number for number in map(_number, values) if number is not None]
    if not numbers or max(numbers) <= 1 or min(numbers) < 0:
        return None
    return next((scale for scale in SCALES if max(numbers) <= scale), None)


def labels_of(values: Sequence[object], scale: int) -> NDArray[np.int8]:
    """Labels (int8 [n]) of stars out of `scale`: 1 positive, 0 negative, -1 for those between and for no number."""
    numbers = np.asarray([np.nan if (number := _number(value)) is None else number for value in values])
    share = numbers / scale
    labels = np.full(len(values), readers.UNLABELLED, dtype=np.int8)
    labels[share >= POSITIVE_FROM] = 1
    labels[share <= NEGATIVE_TO] = 0
    return labels


def _number(value: object) -> float | None:
    try:
        number = float(str(value).strip().replace(",", "."))
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def as_labels(path: Path) -> tuple[NDArray[np.int8], int] | None:
    """Labels out of the column of stars of the file at `path`, and the scale that was found; None without one.

    Raises `DataError` as `readers.read` does.
    """
    if path.is_dir():
        return None
    frame = readers.read_frame(path)
    name = readers.column(frame, RATING_COLUMNS)
    values = frame[name].tolist() if name else []
    scale = scale_of(values)
    return None if scale is None else (labels_of(values, scale), scale)


def of_texts(path: Path, texts: Sequence[str]) -> NDArray[np.int8]:
    """Stars of each text (int8 [n], 0 where unknown) as the labelled file or folder at `path` gives them."""
    stars = dict(zip(readers.read(path).texts, read(path).ratings.tolist(), strict=True))
    return np.asarray([stars.get(text, 0) for text in texts], dtype=np.int8)
