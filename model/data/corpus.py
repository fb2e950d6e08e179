"""One training run's data: read, tokenized, split, with its vocabulary and start vectors, and a report on all of it."""

import hashlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.config import Config
from model.data import glove, places, readers
from model.data.describe import coverage, describe
from model.data.errors import DataError
from model.data.readers import Reviews
from model.data.splits import Split, split
from model.text import vocabulary
from model.text.tokens import cap, tokenize
from model.text.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Corpus:
    """Labelled reviews with their tokens and split, tokens of the unlabelled ones, vocabulary, start vectors.

    vectors: float32 [words, dimensions]. Of the unlabelled reviews only those in the training part are kept.
    """

    reviews: Reviews
    tokens: list[list[str]]
    split: Split
    unlabelled: list[list[str]]
    vocabulary: Vocabulary
    vectors: NDArray[np.float32]
    report: dict[str, Any]

    def part(self, rows: NDArray[np.int64]) -> tuple[list[list[str]], NDArray[np.int8]]:
        """Tokens and labels of those rows."""
        return [self.tokens[row] for row in rows], self.reviews.labels[rows]

    def ids(self, rows: NDArray[np.int64], limit: int) -> list[NDArray[np.int32]]:
        """Word ids (each int32 [<= limit]) of those rows; an empty review is one unknown word."""
        return self.encoded([self.tokens[row] for row in rows], limit)

    def encoded(self, tokens: list[list[str]], limit: int) -> list[NDArray[np.int32]]:
        """Word ids (each int32 [<= limit]) of tokenized reviews; an empty review is one unknown word."""
        return [self.vocabulary.ids(cap(row, limit) or [""]) for row in tokens]


def file_hash(path: Path) -> str:
    """sha256 of a file, or of the names and bytes of all .txt files below a folder."""
    digest = hashlib.sha256()
    files = sorted(path.rglob("*.txt")) if path.is_dir() else [path]
    for file in files:
        if path.is_dir():
            digest.update(str(file.relative_to(path)).encode())
        with file.open("rb") as source:
            while block := source.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def limited(reviews: Reviews, limit: int | None, seed: int) -> Reviews:
    if limit is None or limit >= len(reviews):
        return reviews
    rows = np.random.default_rng(seed).permutation(len(reviews))[:limit]
    return reviews.take(np.sort(rows))


def _unlabelled(path: Path, held: set[str]) -> list[list[str]]:
    """Tokens of the unlabelled reviews whose film is in the training part and whose text is not held out.

    Films of the dev and validation parts are left out here too, so that those parts stay films never read.
    """
    found = readers.read(path)
    rows = np.setdiff1d(split(found).train, [row for row, copy in enumerate(found.hashes) if copy in held])
    return [tokenize(found.texts[row]) for row in rows]


def prepare(config: Config) -> Corpus:
    """Reads everything that `config.data` names, where `model.data.places` finds it.

    The vocabulary is counted on the training part and on the unlabelled reviews only. Raises `DataError` when a file is
    missing or wrong, or when a part of the split is left without reviews of both labels.
    """
    where = places.located(config.data)
    reviews = limited(readers.labelled(readers.read(where.labelled)), where.limit, config.training.seed)
    tokens = [tokenize(text) for text in reviews.texts]
    parts = split(reviews)
    for name, rows in (("train", parts.train), ("dev", parts.dev), ("validation", parts.validation)):
        if len(set(reviews.labels[rows].tolist())) < 2:
            raise DataError(f"The {name} part ({len(rows)} rows) needs positive and negative reviews.")
    counts = vocabulary.count(tokens[row] for row in parts.train)
    wider = Counter(counts)
    held = {reviews.hashes[row] for row in (*parts.dev, *parts.validation)}
    unlabelled = _unlabelled(where.unlabelled, held) if where.unlabelled else []
    wider.update(vocabulary.count(unlabelled))
    words = vocabulary.build(wider, max_words=config.vocabulary.max_words, min_count=config.vocabulary.min_count)
    found = glove.read(where.glove, words.words) if where.glove else {}
    vectors = glove.table(words, found, config.network.dimensions, config.training.seed)
    report = {
        "all": describe(reviews, tokens),
        "unlabelled": len(unlabelled),
        "parts": {"train": len(parts.train), "dev": len(parts.dev), "validation": len(parts.validation)},
        "vocabulary": len(words),
        "coverage": {"vocabulary": coverage(counts, set(words.words)), "glove": coverage(counts, set(found))},
    }
    return Corpus(reviews, tokens, parts, unlabelled, words, vectors, report)
