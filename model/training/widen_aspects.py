"""Proposes words for the vocabulary of aspects: neighbours, in an embedding, of those that it has.

    python -m model.training.widen_aspects [glove_6B_100d_imdb.parquet]

Without a file the embedding is the shipped model's, which knows praise better than subjects; GloVe's vectors
(docs/data.md) know subjects. Prints, for each aspect, the words of the embedding that are in no list and are nearest to
its single words, with their cosine. A person reads them and writes those that fit into
`model/aspects/vocabulary.toml`; nothing is added by itself.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from common.aspects import NAMES
from model.aspects import vocabulary
from model.numeric import Floats
from model.serving.model_folder import SHIPPED
from model.text.vocabulary import Vocabulary

PROPOSED = 60
_NEIGHBOURS = 3
"""A word is as near to an aspect as the mean of its nearest words there: one alone may be an odd one."""
_RESERVED = 2
_MOST_FREQUENT = 20_000


def single_words(kinds: dict[str, list[str]]) -> set[str]:
    """The phrases of an aspect that are one word."""
    return {phrase for lines in kinds.values() for line in lines for phrase in line.split(", ") if " " not in phrase}


def shipped(folder: Path = SHIPPED) -> tuple[list[str], Floats]:
    """The most frequent words of a model folder and their vectors (float64 [n, dimensions])."""
    words = Vocabulary.read(folder / "vocabulary.txt").words[:_MOST_FREQUENT]
    return list(words), np.load(folder / "embedding.npy")[_RESERVED : len(words) + _RESERVED].astype(np.float64)


def glove(path: Path) -> tuple[list[str], Floats]:
    """The most frequent words of a table with the columns token, rank and vector, and their vectors."""
    import pandas as pd

    frame = pd.read_parquet(path).sort_values("rank").head(_MOST_FREQUENT)
    return frame["token"].tolist(), np.stack(frame["vector"].to_list()).astype(np.float64)


def proposals(
    words: list[str], vectors: Floats, number: int = PROPOSED
) -> Iterator[tuple[str, list[tuple[str, float]]]]:
    """For each aspect, words that it might have too with their nearness (-1..1), nearest first."""
    vectors = vectors.copy()
    vectors -= vectors.mean(axis=0)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-9
    rows = {word: row for row, word in enumerate(words)}
    seeds = {name: single_words(kinds) for name, kinds in vocabulary.lists().items()}
    listed = {form for own in seeds.values() for word in own for form in (word, f"{word}s")}
    near = np.zeros((len(NAMES), len(words)))
    for place, name in enumerate(NAMES):
        own = [rows[word] for word in sorted(seeds[name]) if word in rows]
        near[place] = np.sort(vectors @ vectors[own].T, axis=1)[:, -_NEIGHBOURS:].mean(axis=1)
    for place, name in enumerate(NAMES):
        best = np.argsort(-np.where(near.argmax(axis=0) == place, near[place], -1.0))
        fits = (row for row in best.tolist() if words[row].isalpha() and words[row] not in listed)
        yield (
            name,
            [(words[row], round(float(near[place, row]), 2)) for _, row in zip(range(number), fits, strict=False)],
        )


if __name__ == "__main__":
    embedding = glove(Path(sys.argv[1])) if len(sys.argv) > 1 else shipped()
    for aspect, found in proposals(*embedding):
        print(f"{aspect}: " + " ".join(f"{word} {cosine}" for word, cosine in found))  # noqa: T201
