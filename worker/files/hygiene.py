"""What of a file of reviews deserves a second look: near-copies, days with a burst, adverts. Nothing is dropped for it.

Near-copies are found by a sketch of a fixed size: one-permutation MinHash (Li, Owen and Zhang 2012) over runs of four
words, looked up by bands in tables that never grow, so that a million rows take the memory of the first and the time of
each row is the same whatever the others are. Of a very long file the oldest originals may be forgotten. Words are
hashed with Python's keyed hash, so nobody can make texts that meet in one place on purpose.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import chain
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from worker.files.adverts import adverts

LEAST_WORDS: Final = 8
"""A shorter text says what many say: its copies are no news."""
_MOST_WORDS: Final = 128
_MOST_CHARS: Final = 1_600
"""So much of the beginning of a text is compared with others: a file is read before anything of it is scored. Words and
not signs, since copies differ in blanks and punctuation."""
_RUN: Final = 4
"""Words of one run."""
_BINS: Final = 16
_BANDS: Final = 5
_BAND: Final = 3
"""Bins of a band: texts that share four fifths of their runs meet in one with a chance of 97 %."""
AGREEING: Final = 12
"""So many bins of 16 agree in near-copies: about three quarters of their runs."""
_SLOTS: Final = 1 << 19
"""Most places of a table; with its six tables the sketch takes at most 38 MiB."""
_BYTES_A_ROW: Final = 64
_BLOCK: Final = 250
"""Rows whose words are there at one time: those of thousands take half as long again, for they fit in no cache."""

MOST_ROWS: Final = 20
"""Numbers of rows that are kept of each kind."""
_FIRST_DAY: Final = dt.date(1990, 1, 1).toordinal()
_LAST_DAY: Final = dt.date(2100, 1, 1).toordinal()
BURST: Final = 20
BURST_TIMES: Final = 5
BURST_PART: Final = 0.1
LEAST_DAYS: Final = 5
"""A burst is a day with 20 reviews or more, a tenth of all, and five times a usual day's, where five days have any."""
MOST_BURSTS: Final = 3

_BLANKS: Final = bytes(sign if sign > 127 or chr(sign).isalnum() else 32 for sign in range(256))
"""Letters, digits and all beyond ASCII stay; everything else parts words."""
_MIX: Final = np.uint64(0x9E3779B97F4A7C15)
_NIBBLES: Final = np.uint64(0x1111111111111111)
Words = NDArray[np.uint64]


class Seen(NamedTuple):
    """One review: its row's number, its text, and its day where it has one."""

    number: int
    text: str
    day: dt.date | None


class Hygiene:
    """Looks at the rows of a file as they come, in flat memory."""

    def __init__(self, size: int = 1 << 26) -> None:
        """`size`: of the file in bytes, which bounds how many rows it may have."""
        slots = 1 << max(8, min(_SLOTS, size // _BYTES_A_ROW).bit_length())
        self._slots = min(_SLOTS, slots)
        self._rows = np.zeros((_BANDS + 1, self._slots), dtype=np.uint32)
        self._signs = np.zeros((_BANDS + 1, self._slots), dtype=np.uint64)
        self._days = np.zeros((3, _LAST_DAY - _FIRST_DAY), dtype=np.int64)
        self._counts = {"copies": 0, "adverts": 0}
        self._told: dict[str, list[int]] = {"copies": [], "adverts": []}

    def add(self, rows: Sequence[Seen]) -> None:
        """The next rows, in order."""
        for row in rows:
            if row.day is not None:
                self._count_day(row.number, row.day.toordinal() - _FIRST_DAY)
        for place in adverts([row.text for row in rows]):
            self._note("adverts", rows[place].number)
        numbers: list[int] = []
        found: list[tuple[NDArray[np.uint32], Words]] = []
        for first in range(0, len(rows), _BLOCK):
            block = [(row.number, _words(row.text)) for row in rows[first : first + _BLOCK]]
            long = [(number, words) for number, words in block if len(words) >= LEAST_WORDS]
            if long:
                numbers += [number for number, _ in long]
                found.append(_sketches([words for _, words in long]))
        if found:
            mins, whole = (np.concatenate(parts) for parts in zip(*found, strict=True))
            for number in self._copies(np.asarray(numbers, dtype=np.uint32), mins, whole):
                self._note("copies", int(number))

    def found(self) -> dict[str, Any]:
        """What there is to tell, empty for nothing: `copies` and `adverts` with `count` and the first `rows`; `bursts`
        with `day`, `count` and the `first` and `last` row of each."""
        told: dict[str, Any] = {
            kind: {"count": count, "rows": self._told[kind]} for kind, count in self._counts.items() if count
        }
        if bursts := self._bursts():
            told["bursts"] = bursts
        return told

    def _note(self, kind: str, number: int) -> None:
        self._counts[kind] += 1
        if len(self._told[kind]) < MOST_ROWS:
            self._told[kind].append(number)

    def _count_day(self, number: int, place: int) -> None:
        if 0 <= place < self._days.shape[1]:
            counts, firsts, lasts = self._days
            counts[place] += 1
            firsts[place] = firsts[place] or number
            lasts[place] = number

    def _bursts(self) -> list[dict[str, Any]]:
        counts, firsts, lasts = self._days
        active = counts[counts > 0]
        if len(active) < LEAST_DAYS:
            return []
        least = max(BURST, BURST_TIMES * float(np.median(active)), BURST_PART * float(active.sum()))
        days = sorted(np.flatnonzero(counts >= least).tolist(), key=lambda place: -counts[place])[:MOST_BURSTS]
        return [
            {
                "day": dt.date.fromordinal(place + _FIRST_DAY).isoformat(),
                "count": int(counts[place]),
                "first": int(firsts[place]),
                "last": int(lasts[place]),
            }
            for place in days
        ]

    def _copies(self, numbers: NDArray[np.uint32], mins: NDArray[np.uint32], whole: Words) -> NDArray[np.uint32]:
        """Which of these rows (as `_sketches` has them) are near-copies of earlier ones; the others are remembered."""
        signs = _signs(mins)
        copied = np.zeros(len(numbers), dtype=bool)
        keys = [_mixed(whole), *(_band_keys(mins[:, band * _BAND : (band + 1) * _BAND]) for band in range(_BANDS))]
        places = np.arange(len(numbers))
        for band, (key, usable) in enumerate(keys):
            _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
            leader, slot = first[inverse], (key % np.uint64(self._slots)).astype(np.int64)
            inside = (leader < places) & _agree(signs, signs[leader])
            before = (self._rows[band, slot] > 0) & _agree(signs, self._signs[band, slot])
            copied |= usable & (inside | before)
        fresh = ~copied
        for band, (key, usable) in enumerate(keys):
            slot = (key % np.uint64(self._slots)).astype(np.int64)[fresh & usable]
            self._rows[band, slot] = numbers[fresh & usable]
            self._signs[band, slot] = signs[fresh & usable]
        return numbers[copied]


def _words(text: str) -> list[bytes]:
    plain = text[:_MOST_CHARS].lower().encode("utf-8", "replace").translate(_BLANKS)
    return plain.split(None, _MOST_WORDS)[:_MOST_WORDS]


def _sketches(texts: Sequence[list[bytes]]) -> tuple[NDArray[np.uint32], Words]:
    """Of texts of at least `LEAST_WORDS` words: the least hash of their runs in each bin [n, bins] (all ones where a
    bin is empty), and a hash of all their words [n]."""
    lengths = np.asarray([len(words) for words in texts])
    hashes = np.fromiter(map(hash, chain.from_iterable(texts)), dtype=np.int64, count=int(lengths.sum()))
    words = hashes.view(np.uint64)
    owner = np.repeat(np.arange(len(texts)), lengths)
    runs = np.zeros(len(words) - _RUN + 1, dtype=np.uint64)
    for step in range(_RUN):
        runs = runs * _MIX + words[step : len(words) - _RUN + 1 + step]
    runs = _mix(runs)
    inside = owner[: len(runs)] == owner[_RUN - 1 :]
    runs, of = runs[inside], owner[: len(inside)][inside]
    mins = np.full(len(texts) * _BINS, np.iinfo(np.uint32).max, dtype=np.uint32)
    np.minimum.at(mins, of * _BINS + (runs >> np.uint64(60)).astype(np.int64), runs.astype(np.uint32))
    # Each word weighs by its place, so that the same words in another order are another text.
    places = np.arange(len(words), dtype=np.uint64) - np.repeat(np.cumsum(lengths) - lengths, lengths).astype(np.uint64)
    weighed = _mix(words + places * _MIX)
    return mins.reshape(-1, _BINS), np.add.reduceat(weighed, np.cumsum(lengths) - lengths)


def _mix(values: Words) -> Words:
    """The finaliser of splitmix64."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _mixed(values: Words) -> tuple[Words, NDArray[np.bool_]]:
    return _mix(values), np.ones(len(values), dtype=bool)


def _band_keys(mins: NDArray[np.uint32]) -> tuple[Words, NDArray[np.bool_]]:
    """One key a text, and whether the band says anything: an empty bin is no likeness."""
    key = np.zeros(len(mins), dtype=np.uint64)
    for column in mins.T:
        key = _mix(key * _MIX + column.astype(np.uint64))
    return key, (mins != np.iinfo(np.uint32).max).all(axis=1)


def _signs(mins: NDArray[np.uint32]) -> Words:
    """Four bits of each bin, in 64."""
    signs = np.zeros(len(mins), dtype=np.uint64)
    for column in mins.T:
        signs = (signs << np.uint64(4)) | (column.astype(np.uint64) & np.uint64(15))
    return signs


def _agree(mine: Words, theirs: Words) -> NDArray[np.bool_]:
    """Whether enough bins are equal."""
    apart = mine ^ theirs
    apart |= apart >> np.uint64(2)
    apart |= apart >> np.uint64(1)
    equal: NDArray[np.bool_] = _BINS - np.bitwise_count(apart & _NIBBLES) >= AGREEING
    return equal
