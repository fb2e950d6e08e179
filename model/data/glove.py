"""GloVe vectors (Pennington, Socher, Manning 2014) from the Stanford text files or from Parquet."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from model.data.errors import DataError
from model.text.vocabulary import Vocabulary


def _from_parquet(path: Path) -> tuple[list[str], NDArray[np.float32]]:
    table = pq.read_table(path, columns=["token", "vector"])
    vectors: Any = table["vector"].combine_chunks()
    flat = np.asarray(vectors.flatten().to_numpy(), dtype=np.float32)
    return [str(token) for token in table["token"].to_pylist()], flat.reshape(len(table), -1)


def _from_text(path: Path, wanted: frozenset[str]) -> tuple[list[str], NDArray[np.float32]]:
    """`token v1 .. vn` a line; only the wanted tokens are parsed, since the file has 400,000 lines or more."""
    words: list[str] = []
    vectors: list[NDArray[np.float32]] = []
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            word, _, numbers = line.rstrip("\n").partition(" ")
            if word in wanted:
                words.append(word)
                vectors.append(np.asarray(numbers.split(" "), dtype=np.float32))
    return words, np.stack(vectors) if vectors else np.zeros((0, 0), dtype=np.float32)


def read(path: Path, words: tuple[str, ...]) -> dict[str, NDArray[np.float32]]:
    """Vector (float32 [d]) of each of `words` that GloVe has.

    Raises `DataError` when the file is missing or is not GloVe.
    """
    if not path.is_file():
        raise DataError(f"The GloVe file {path} does not exist.")
    wanted = frozenset(words)
    try:
        found, vectors = _from_parquet(path) if path.suffix == ".parquet" else _from_text(path, wanted)
    except (ValueError, KeyError, OSError) as error:
        raise DataError(
            f"{path} is not a GloVe file: 'token v1 .. vn' lines, or Parquet with token and vector."
        ) from error
    return {word: vector for word, vector in zip(found, vectors, strict=True) if word in wanted}


def table(
    vocabulary: Vocabulary, vectors: dict[str, NDArray[np.float32]], dimensions: int, seed: int
) -> NDArray[np.float32]:
    """Embedding table (float32 [len(vocabulary), dimensions]).

    Rows of words without a vector, and columns beyond the vectors', are normal with the spread of the known ones;
    padding is zero. Raises `DataError` when the vectors are more than `dimensions` wide.
    """
    known = np.stack(list(vectors.values())) if vectors else np.zeros((0, dimensions), dtype=np.float32)
    if known.shape[1] > dimensions:
        raise DataError(f"The GloVe vectors have {known.shape[1]} dimensions, the config says {dimensions}.")
    # Half the spread: a word seen a few times should not shout before training has placed it.
    spread = 0.5 * float(known.std()) if len(known) else 0.1
    rows = np.random.default_rng(seed).normal(0.0, spread, (len(vocabulary), dimensions)).astype(np.float32)
    rows[0] = 0.0
    for row, word in enumerate(vocabulary.words, start=len(vocabulary) - len(vocabulary.words)):
        if word in vectors:
            rows[row, : known.shape[1]] = vectors[word]
    return rows
