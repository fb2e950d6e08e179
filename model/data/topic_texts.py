"""Topic texts: short texts that are film reviews and short texts that are not, by kind, with a fixed fifth held back.

Read from a folder of three Parquet files (docs/data.md#texts-for-the-topic).
"""

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model.data.errors import DataError

FILES = ("other_texts.parquet", "sentences_subj.parquet", "sentences_sst.parquet")
"""Chat, questions and reviews of other things; sentences of plots and of reviews; critics' sentences."""
CRITICS, NEUTRAL, SUBJECTIVE, PLOT = "critic", "neutral critic", "subjective", "plot"
OTHERS = ("chat", "question", PLOT, "restaurant", "product")
"""Kinds that are no film review."""
FOLDS = 5
HELD_BACK = 0
"""The fold that nothing is fitted or chosen on."""
_NEITHER = 2
_SIGNS = re.compile(r"[^a-z0-9]")


@dataclass(frozen=True, slots=True)
class TopicTexts:
    """n texts with their kinds (`CRITICS` and so on) and folds (int8 [n], 0 .. `FOLDS` - 1)."""

    texts: list[str]
    kinds: list[str]
    folds: NDArray[np.int8]

    def of(self, kind: str, *, held_back: bool) -> list[str]:
        """The texts of a kind that are held back, or those that are not."""
        return [
            text
            for text, own, fold in zip(self.texts, self.kinds, self.folds, strict=True)
            if own == kind and (fold == HELD_BACK) == held_back
        ]


def fold(text: str) -> int:
    """The fold of a text: a hash of its letters and digits, so that spellings of one text stay together."""
    return zlib.crc32(b"topic:" + _SIGNS.sub("", text.lower()).encode()) % FOLDS


def folds(texts: Sequence[str]) -> NDArray[np.int8]:
    """The fold of each text, int8 [n]."""
    return np.asarray([fold(text) for text in texts], dtype=np.int8)


def read(folder: Path) -> TopicTexts:
    """The texts of a folder that has `FILES`. Raises `DataError` where one is missing or has other columns."""
    import pandas as pd

    tables = []
    for name, columns in zip(FILES, (["text", "kind"], ["text", "subjective"], ["text", "fine"]), strict=True):
        try:
            tables.append(pd.read_parquet(folder / name, columns=columns))
        except FileNotFoundError as error:
            raise DataError(f"{folder} has no {name}: docs/data.md says what is in it.") from error
        except Exception as error:  # whatever the reader raises on a file of another kind
            raise DataError(f"{folder / name} has no columns {' and '.join(columns)}.") from error
    other, sentences, critics = tables
    known = other[other["kind"].isin(OTHERS)]
    texts = [*known["text"], *sentences["text"], *critics["text"]]
    kinds = [
        *known["kind"],
        *(SUBJECTIVE if subjective else PLOT for subjective in sentences["subjective"]),
        *(NEUTRAL if fine == _NEITHER else CRITICS for fine in critics["fine"]),
    ]
    return TopicTexts(texts, kinds, folds(texts))
