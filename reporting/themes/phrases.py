"""Phrases of many reviews at once, as numbers: one to four words between two marks of punctuation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

import numpy as np
from numpy.typing import NDArray

from reporting.themes.byte_tokens import Small, Tokens, byte_tokens, in_bytes
from reporting.themes.words import BREAK, NEGATION, STOP, kind, number_of, pattern, plain_text, tokens

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

    prints: for each document a number that copies share; 0 for one too short to be called a copy. firsts: for each
    document its first token among all, lengths: how many it has; begins, ends: where each stands in its document, if
    that is of Latin-1 alone.
    """

    keys: Numbers
    documents: Places
    first: Places
    sizes: Places
    prints: Numbers
    firsts: Places
    lengths: Places
    begins: Small
    ends: Small

    def places(self, number: int, text: str, most: int) -> list[tuple[int, int]]:
        """Begin and end of the first tokens of the document of this number, whose plain text is given."""
        if not in_bytes(text):
            return [token.span() for token in islice(pattern(text).finditer(text), most)]
        mine = slice(self.firsts[number], self.firsts[number] + min(most, self.lengths[number]))
        return list(zip(self.begins[mine].tolist(), self.ends[mine].tolist(), strict=True))

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
        plain, latin, others = _by_signs(texts)
        parts = [self._known(one) for one in byte_tokens([texts[number] for number in plain], ascii_only=True)]
        parts += [self._known(one) for one in byte_tokens([texts[number] for number in latin], ascii_only=False)]
        parts += [self._other(texts[number]) for number in others]
        ids, lengths, begins, ends = (np.concatenate(one) for one in zip(*parts, strict=True))
        order = np.asarray([*plain, *latin, *others], dtype=np.int64)
        starts = np.cumsum(lengths) - lengths
        place = np.arange(len(ids), dtype=np.int64) - np.repeat(starts, lengths)
        numbers = np.asarray(self._numbers, dtype=np.uint64)[ids]
        kinds = np.asarray(self._kinds, dtype=np.uint8)[ids]
        owner = np.repeat(order, lengths)
        prints = np.zeros(len(texts), dtype=np.uint64)
        np.add.at(prints, owner, mixed(numbers + (place.astype(np.uint64) + np.uint64(1)) * _GOLDEN))
        prints[order[lengths < _COPY_WORDS]] = 0
        firsts, counts = np.empty((2, len(texts)), dtype=np.int64)
        firsts[order], counts[order] = starts, lengths
        texts_of = np.repeat(np.arange(len(order), dtype=np.int64), lengths)
        keys, first, places, sizes = _joined(numbers, kinds, texts_of, place)
        return Phrases(keys, owner[first], places, sizes, prints, firsts, counts, begins, ends)

    def _known(self, found: Tokens) -> tuple[Small, Places, Small, Small]:
        """(number of each token [k], tokens of each text, begin [k], end [k])."""
        numbers = np.asarray(self._numbered(found.words), dtype=np.int32)
        return numbers[found.ids], found.lengths, found.begins, found.ends

    def _other(self, text: str) -> tuple[Small, Places, Small, Small]:
        """The same of a text with other signs than Latin-1; where its tokens stand is looked for when it is asked."""
        ids = np.asarray(self._numbered(tokens(text)), dtype=np.int32)
        unknown = np.zeros(len(ids), dtype=np.int32)
        return ids, np.asarray([len(ids)]), unknown, unknown

    def _numbered(self, words: list[str]) -> list[int]:
        ids = self._ids
        for word in words:
            if word not in ids:
                ids[word] = len(ids)
                self._numbers.append(number_of(word))
                self._kinds.append(kind(word))
                self._chars += len(word)
        return [ids[word] for word in words]


def _by_signs(texts: Sequence[str]) -> tuple[list[int], list[int], list[int]]:
    """The numbers of the texts of ASCII, of other ones of Latin-1, and of those with other signs."""
    numbers: tuple[list[int], list[int], list[int]] = ([], [], [])
    for number, text in enumerate(texts):
        numbers[0 if text.isascii() else 1 if in_bytes(text) else 2].append(number)
    return numbers


def _joined(
    numbers: Numbers, kinds: NDArray[np.uint8], texts: Places, place: Places
) -> tuple[Numbers, Places, Places, Places]:
    """The phrases of tokens that stand together text by text: number [k], first token of all, its place, words.

    texts: which text each token is of, in ascending order.
    """
    stretch = np.cumsum((kinds & BREAK) != 0) + texts  # a phrase ends at a mark and at the end of its text
    ends = (kinds & (BREAK | STOP | NEGATION)) == 0
    begin = np.flatnonzero((kinds & (BREAK | STOP)) == 0)
    keys, firsts, sizes = [], [], []
    running = np.zeros(len(begin), dtype=np.uint64)
    for size in range(1, LONGEST + 1):
        last = begin + (size - 1)
        before_end = np.searchsorted(last, len(numbers))
        inside = np.flatnonzero(stretch[last[:before_end]] == stretch[begin[:before_end]])
        begin, last, running = begin[inside], last[inside], running[inside]
        running = mixed((running + np.uint64(size)) * _GOLDEN + numbers[last])
        fits = ends[last]
        keys.append(running[fits] >> np.uint64(DOC_BITS))
        firsts.append(begin[fits])
        sizes.append(np.full(len(firsts[-1]), size, dtype=np.int64))
    first = np.concatenate(firsts)
    return np.concatenate(keys), first, place[first], np.concatenate(sizes)
