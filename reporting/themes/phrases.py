"""Phrases of many reviews at once, as numbers: one to four words between two marks of punctuation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

import numpy as np
from numpy.typing import NDArray

from reporting.themes.words import BREAK, NEGATION, STOP, kind, number_of, plain_text, tokens

LONGEST: Final = 4
"""Words of the longest phrase: "edge of your seat"."""
BATCH: Final = 1 << 12
"""Most reviews of one batch."""
DOC_BITS: Final = 12
KEY_BITS: Final = 64 - DOC_BITS
"""A phrase is a number of so many bits. Two of a million are the same with a chance of one to ten thousand."""
_KEPT_TOKENS: Final = 300_000
_KEPT_CHARS: Final = 4_000_000
"""Of those tokens together: a token may be a whole text."""
_COPY_WORDS: Final = 8
"""A text of fewer words that occurs again is no copy: many people write "Great movie!"."""

_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
_MIX: Final = np.uint64(0xFF51AFD7ED558CCD)
_SHIFT: Final = np.uint64(33)

Numbers = NDArray[np.uint64]
Places = NDArray[np.int64]


def mixed(value: Numbers) -> Numbers:
    """Every bit of the result hangs on every bit of the value (the finaliser of MurmurHash3, Appleby 2011)."""
    value = (value ^ (value >> _SHIFT)) * _MIX
    return value ^ (value >> _SHIFT)


@dataclass(frozen=True, slots=True)
class Phrases:
    """All phrases of a batch: number [k], document [k], first token in the document [k], words [k], repeats included.

    prints: for each document a number that copies share; 0 for one too short to be called a copy.
    """

    keys: Numbers
    documents: Places
    first: Places
    sizes: Places
    prints: Numbers

    def once_each(self) -> tuple[Numbers, Places]:
        """(number, document) of each phrase of a document once, however often the document repeats it."""
        both = np.sort((self.keys << np.uint64(DOC_BITS)) | self.documents.astype(np.uint64))
        both = both[np.concatenate(([True], both[1:] != both[:-1]))] if len(both) else both
        return both >> np.uint64(DOC_BITS), (both & np.uint64((1 << DOC_BITS) - 1)).astype(np.int64)


class Encoder:
    """Finds the phrases of texts. What it remembers of words is bounded."""

    def __init__(self) -> None:
        self._ids: dict[str, int] = {}
        self._numbers: list[int] = []
        self._kinds: list[int] = []
        self._chars = 0

    def phrases(self, texts: Sequence[str]) -> Phrases:
        """Those of up to `BATCH` reviews, raw as they came."""
        return self.of_plain(list(map(plain_text, texts)))

    def of_plain(self, texts: Sequence[str]) -> Phrases:
        """The same of plain texts."""
        if len(self._ids) > _KEPT_TOKENS or self._chars > _KEPT_CHARS:
            self._ids, self._numbers, self._kinds, self._chars = {}, [], [], 0
        found = [self._numbered(tokens(text)) for text in texts]
        lengths = np.asarray([len(one) for one in found], dtype=np.int64)
        ids = np.fromiter(chain.from_iterable(found), dtype=np.int64, count=int(lengths.sum()))
        if not len(ids):
            empty = np.zeros(0, np.int64)
            return Phrases(empty.astype(np.uint64), empty, empty, empty, np.zeros(len(texts), np.uint64))
        numbers = np.asarray(self._numbers, dtype=np.uint64)[ids]
        kinds = np.asarray(self._kinds, dtype=np.int64)[ids]
        owner = np.repeat(np.arange(len(texts), dtype=np.int64), lengths)
        starts = np.cumsum(lengths) - lengths
        place = np.arange(len(ids), dtype=np.int64) - starts[owner]
        return self._joined(numbers, kinds, owner, place, lengths)

    def _numbered(self, words: list[str]) -> list[int]:
        ids = self._ids
        try:
            return [ids[word] for word in words]
        except KeyError:
            for word in words:
                if word not in ids:
                    ids[word] = len(ids)
                    self._numbers.append(number_of(word))
                    self._kinds.append(kind(word))
                    self._chars += len(word)
            return [ids[word] for word in words]

    @staticmethod
    def _joined(numbers: Numbers, kinds: Places, owner: Places, place: Places, lengths: Places) -> Phrases:
        broken = np.cumsum((kinds & BREAK) != 0)
        ends = (kinds & (BREAK | STOP | NEGATION)) == 0
        begins = (kinds & (BREAK | STOP)) == 0
        keys, documents, first, sizes = [], [], [], []
        running = np.zeros_like(numbers)
        for size in range(1, LONGEST + 1):
            last = size - 1
            count = len(numbers) - last
            if count <= 0:
                break
            running = mixed((running[:count] + np.uint64(size)) * _GOLDEN + numbers[last:])
            fits = ends[last:] & (ends[:count] if size == 1 else begins[:count])
            fits &= (owner[:count] == owner[last:]) & (broken[:count] == broken[last:])
            keys.append(running[fits] >> np.uint64(DOC_BITS))
            documents.append(owner[:count][fits])
            first.append(place[:count][fits])
            sizes.append(np.full(int(fits.sum()), size, dtype=np.int64))
        prints = np.zeros(len(lengths), dtype=np.uint64)
        np.add.at(prints, owner, mixed(numbers + (place.astype(np.uint64) + np.uint64(1)) * _GOLDEN))
        prints[lengths < _COPY_WORDS] = 0
        joined = [np.concatenate(one) for one in (documents, first, sizes)]
        return Phrases(np.concatenate(keys), joined[0], joined[1], joined[2], prints)
