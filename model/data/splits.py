"""Which part of the data a review belongs to: train, dev or validation.

A random split leaks films: reviews of one film share its names and plot, and validation then reads too high. So the
film decides, by a checksum that needs no stored list and is the same on every machine. Where no film is known, copies
and near-copies of a text (`model.data.duplicates`) at least stay together.

- validation (about 10 %): measures; nothing is to be chosen on it;
- dev (about 5 %): picks the best epoch, the blend, the calibration and the `uncertain` band;
- train: everything else.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.data import duplicates
from model.data.readers import Reviews


@dataclass(frozen=True, slots=True)
class Split:
    """Row numbers (int64, ascending, disjoint) of each part."""

    train: NDArray[np.int64]
    dev: NDArray[np.int64]
    validation: NDArray[np.int64]


def part(group: str) -> str:
    """'train', 'dev' or 'validation' for what `groups` gives: a film's id or the name of a group of near-copies."""
    checksum = zlib.crc32(group.encode("utf-8", errors="replace"))
    if checksum % 10 == 0:
        return "validation"
    return "dev" if checksum % 20 == 1 else "train"


def groups(reviews: Reviews, near: Sequence[str] | None = None) -> list[str]:
    """What decides the part of each review: its film; without one, its group of near-copies.

    near: what `duplicates.groups` says of the reviews, where it is known already.

    A review without a film that is a near-copy of one with a film goes with that film (the first in the alphabet, when
    there are several).
    """
    if all(reviews.movies):
        return reviews.movies
    found = duplicates.groups(reviews.texts, reviews.hashes) if near is None else near
    films: dict[str, str] = {}
    for group, movie in zip(found, reviews.movies, strict=True):
        if movie:
            films[group] = min(films.get(group, movie), movie)
    return [movie or films.get(group, group) for movie, group in zip(reviews.movies, found, strict=True)]


def _rows(names: Sequence[str], wanted: str) -> NDArray[np.int64]:
    return np.asarray([row for row, name in enumerate(names) if name == wanted], dtype=np.int64)


def split(reviews: Reviews, near: Sequence[str] | None = None) -> Split:
    """The three parts of `reviews`; near: as for `groups`.

    Dev and validation rows whose text (by `norm_hash`) is also in the training part, validation rows also in dev, and
    repeats inside dev and validation are dropped.
    """
    names = [part(group) for group in groups(reviews, near)]
    train = _rows(names, "train")
    seen = {reviews.hashes[row] for row in train}
    kept: dict[str, list[int]] = {"dev": [], "validation": []}
    for wanted, rows in kept.items():
        for row in _rows(names, wanted):
            if reviews.hashes[row] not in seen:
                seen.add(reviews.hashes[row])
                rows.append(int(row))
    return Split(train, np.asarray(kept["dev"], dtype=np.int64), np.asarray(kept["validation"], dtype=np.int64))
