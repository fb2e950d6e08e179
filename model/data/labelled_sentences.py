"""Single sentences with labels of their own, which a sentence cut from a review does not have.

The file is the Stanford Sentiment Treebank's (Socher et al. 2013) as docs/data.md describes it, or one like it.
"""

import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model.data.errors import DataError
from model.text.tokens import tokenize

TRAIN, RULES, DEV = "train", "rules", "dev"
"""Parts: the weights learn from the first; on the second a verdict's rules are fitted; the third chooses and measures.
"""
_SIDES = np.asarray([0.0, 0.0, 0.5, 1.0, 1.0], dtype=np.float32)
_RULES_OF = 8


@dataclass(frozen=True, slots=True)
class LabelledSentences:
    """n sentences that have tokens: texts, tokens, and sides (float32 [n]): 1 for, 0 against, 0.5 neither."""

    texts: list[str]
    tokens: list[list[str]]
    sides: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def decided(self) -> NDArray[np.bool_]:
        """Which of them take a side."""
        return np.asarray(self.sides != np.float32(0.5))

    def take(self, rows: NDArray[np.bool_]) -> "LabelledSentences":
        """Those where `rows` [n] is true."""
        chosen = np.flatnonzero(rows)
        return LabelledSentences(
            [self.texts[row] for row in chosen], [self.tokens[row] for row in chosen], self.sides[chosen]
        )


def part_of(split: str, text: str, *, learned: bool = True) -> str:
    """The part of a sentence whose row in the file says `split`: an eighth of what trains is for the rules, and all of
    it where the weights have `learned` from none."""
    if split != TRAIN:
        return DEV
    return RULES if not learned or zlib.crc32(text.encode()) % _RULES_OF == 0 else TRAIN


def read(path: Path, *, learned: bool = True) -> dict[str, LabelledSentences]:
    """Each part of the Parquet file `path` with the columns text, fine (0 very negative ... 4 very positive) and split
    (train or dev).

    learned: whether weights learn from them; else there is no such part, and the one for rules is larger. Raises
    `DataError`.
    """
    try:
        frame = pd.read_parquet(path, columns=["text", "fine", "split"])
    except (OSError, ValueError, KeyError) as error:
        raise DataError(f"{path} cannot be read as labelled sentences: it needs text, fine and split.") from error
    if not frame["fine"].isin(range(len(_SIDES))).all() or not frame["split"].isin([TRAIN, DEV]).all():
        raise DataError(f"{path}: fine must be 0 to {len(_SIDES) - 1}, split {TRAIN} or {DEV}.")
    tokens = [tokenize(text) for text in frame["text"]]
    parts = np.asarray([part_of(*row, learned=learned) for row in zip(frame["split"], frame["text"], strict=True)])
    full = np.asarray([bool(words) for words in tokens])
    whole = LabelledSentences(frame["text"].tolist(), tokens, _SIDES[frame["fine"].to_numpy(dtype=np.int64)])
    named = (TRAIN, RULES, DEV) if learned else (RULES, DEV)
    found = {part: whole.take(full & (parts == part)) for part in named}
    if any(len(set(rows.sides[rows.decided].tolist())) < 2 for rows in found.values()):
        raise DataError(f"{path}: each part of the sentences needs positive and negative ones.")
    return found
