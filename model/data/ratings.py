"""What a labelled file may hold beside text, label and film: each review's id and its stars."""

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


def of_texts(path: Path, texts: Sequence[str]) -> NDArray[np.int8]:
    """Stars of each text (int8 [n], 0 where unknown) as the labelled file or folder at `path` gives them."""
    stars = dict(zip(readers.read(path).texts, read(path).ratings.tolist(), strict=True))
    return np.asarray([stars.get(text, 0) for text in texts], dtype=np.int8)
