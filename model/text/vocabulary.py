"""The vocabulary of the recurrent part: token <-> row of the embedding table."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

PADDING, UNKNOWN = 0, 1
_RESERVED = ("<padding>", "<unknown>")


class Vocabulary:
    """Tokens in row order; row 0 is padding, row 1 any word that is not in it."""

    def __init__(self, words: Sequence[str]) -> None:
        self.words = tuple(words)
        self._rows = {word: row for row, word in enumerate((*_RESERVED, *words))}

    def __len__(self) -> int:
        """Rows of the embedding table, the two reserved ones included."""
        return len(self.words) + len(_RESERVED)

    def ids(self, tokens: Sequence[str]) -> NDArray[np.int32]:
        """Rows (int32 [len(tokens)]) of tokens; `UNKNOWN` for a word not in the vocabulary."""
        find = self._rows.get
        return np.fromiter((find(token, UNKNOWN) for token in tokens), dtype=np.int32, count=len(tokens))

    def write(self, path: Path) -> None:
        """One word a line, in row order, without the reserved rows (no token holds white space)."""
        path.write_text("\n".join(self.words) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> "Vocabulary":
        """The vocabulary that `write` wrote."""
        return cls(path.read_text(encoding="utf-8").removesuffix("\n").split("\n"))


def count(documents: Iterable[Sequence[str]]) -> Counter[str]:
    """How often each token occurs."""
    counts: Counter[str] = Counter()
    for tokens in documents:
        counts.update(tokens)
    return counts


def build(counts: Counter[str], *, max_words: int, min_count: int) -> Vocabulary:
    """The `max_words` most frequent tokens that occur `min_count` times or more; ties in alphabetical order."""
    frequent = sorted((-number, word) for word, number in counts.items() if number >= min_count)
    return Vocabulary([word for _, word in frequent[:max_words]])
