"""WordPiece ids (Wu et al. 2016, section 4.1) of tokenized reviews, as an encoder was pretrained on them.

Those of BERT, and of MPNet, whose words are BERT's and whose marks are RoBERTa's. Id 0 is padding here for both.
"""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model.data.errors import DataError
from model.text.tokens import cap

WORDS = "vocab.txt"
_SIGNS = re.compile(r"[^\W_]+|[\W_]")
_LONGEST_WORD = 100


class WordPieces:
    """The vocabulary of a pretrained, uncased encoder; a word is cut greedily into its longest known beginnings."""

    def __init__(self, pieces: Sequence[str]) -> None:
        self.ids = {piece: number for number, piece in enumerate(pieces)}
        first, last = "[CLS]", "[SEP]"
        if pieces[:2] == ["<s>", "<pad>"]:
            # `transformer.read` changes places of the rows likewise.
            first, last = "<s>", "</s>"
            self.ids |= {"<pad>": 0, "<s>": 1}
        self.unknown, self.first, self.last = self.ids["[UNK]"], self.ids[first], self.ids[last]
        self._known: dict[str, list[int]] = {}

    @classmethod
    def read(cls, folder: Path) -> "WordPieces":
        """Of the encoder in `folder`. Raises `DataError`."""
        try:
            return cls((folder / WORDS).read_text(encoding="utf-8").splitlines())
        except OSError as error:
            raise DataError(f"The encoder's vocabulary {folder / WORDS} cannot be read: {error.strerror}.") from error
        except (KeyError, UnicodeDecodeError) as error:
            raise DataError(f"{folder / WORDS} is not the vocabulary of an encoder: {error}.") from error

    def _word(self, word: str) -> list[int]:
        if (found := self._known.get(word)) is not None:
            return found
        pieces: list[int] = []
        start = 0
        while start < len(word):
            end = len(word) if len(word) <= _LONGEST_WORD else start
            mark = "##" if start else ""
            while end > start and mark + word[start:end] not in self.ids:
                end -= 1
            if end == start:
                pieces = [self.unknown]
                break
            pieces.append(self.ids[mark + word[start:end]])
            start = end
        self._known[word] = pieces
        return pieces

    def encode(self, tokens: Sequence[str], limit: int) -> NDArray[np.int32]:
        """Ids (int32 [<= limit + 2]) of a review's tokens, cut to 1/4 head + 3/4 tail, between its marks."""
        pieces = [piece for word in plain(tokens) for piece in self._word(word)]
        return np.asarray([self.first, *cap(pieces, limit), self.last], dtype=np.int32)


def plain(tokens: Sequence[str]) -> list[str]:
    """Our tokens (`do n't`, `it 's`, `8/10`) as BERT's own splitting has them: every sign a token of its own."""
    words: list[str] = []
    for word in tokens:
        if word.isalnum():
            words.append(word)
        elif word == "n't":
            if words and words[-1].isalpha():
                words[-1] += "n"
            else:
                words.append("n")
            words += ["'", "t"]
        else:
            words += _SIGNS.findall(word)
    return words
