"""The file that the benchmark sends in: real reviews, repeated with a serial number so that no two texts are equal."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

from model.data import readers

SOURCES = ("imdb_train.parquet", "imdb_unsup.parquet")
PART = 1 << 20


def texts_of(data: Path) -> list[str]:
    """The training and unlabelled reviews, in an order that mixes both."""
    found = [readers.read(data / name).texts for name in SOURCES]
    mixed = [text for pair in zip(*found, strict=False) for text in pair]
    return mixed + [text for texts in found for text in texts[min(map(len, found)) :]]


def numbered(texts: list[str], rows: int) -> Iterator[str]:
    """`rows` different texts."""
    return (f"{text} {number}" for number, text in enumerate(islice(cycle(texts), rows)))


def write_csv(path: Path, texts: list[str], rows: int) -> None:
    """A CSV with one column."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["review"])
        writer.writerows([text] for text in numbered(texts, rows))


def parts_of(path: Path) -> Iterator[bytes]:
    """The file as an upload brings it."""
    with path.open("rb") as file:
        while part := file.read(PART):
            yield part
