"""Counts of phrases in memory that does not grow with the reviews: hashed tables first, then the few that matter.

The first reading fills tables of counts in which phrases share cells: a cell is never less than a phrase's count
(Cormode & Muthukrishnan 2005, the count-min sketch). The second reading counts exactly what can reach its minimum.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from reporting.themes.phrases import KEY_BITS, Numbers, Places, mixed

MOST_EXACT: Final = 1_000_000
"""Pairs of phrase and group that are counted exactly at one time."""
GROUP_BITS: Final = 64 - KEY_BITS
_MERGED_AT: Final = 500_000


class Seen:
    """Which numbers came before, in a table of fixed size (Bloom 1970). It calls a new one old once in a hundred, after
    a million."""

    def __init__(self, bits: int = 27) -> None:
        self._bits = np.uint64(bits)
        self._table = np.zeros(1 << (bits - 3), dtype=np.uint8)

    def add(self, value: int) -> bool:
        """Notes it; whether it was there."""
        place = int(mixed(np.asarray([value], dtype=np.uint64))[0] >> (np.uint64(64) - self._bits))
        byte, bit = place >> 3, 1 << (place & 7)
        known = bool(self._table[byte] & bit)
        self._table[byte] |= bit
        return known


class Bounds:
    """Upper bounds of how many reviews of a group hold a phrase, and of how many phrases reach a number of reviews.

    Three tables of 2**bits cells of four bytes: 48 MiB with 22 bits.
    """

    def __init__(self, bits: int) -> None:
        self._shift = np.uint64(64 - bits)
        self._first = np.zeros(1 << bits, dtype=np.uint32)
        self._second = np.zeros(1 << bits, dtype=np.uint32)
        self._all = np.zeros(1 << bits, dtype=np.uint32)

    def add(self, keys: Numbers, groups: Places) -> None:
        """A phrase of a review of this group, each once a review."""
        first, second = self._cells(keys, groups)
        np.add.at(self._first, first, np.uint32(1))
        np.add.at(self._second, second, np.uint32(1))
        np.add.at(self._all, (mixed(keys) >> self._shift).astype(np.int64), np.uint32(1))

    def reach(self, keys: Numbers, group: int, least: int) -> NDArray[np.bool_]:
        """Which of these may be held by so many reviews of the group."""
        first, second = self._cells(keys, np.full(len(keys), group, dtype=np.int64))
        found: NDArray[np.bool_] = (self._first[first] >= least) & (self._second[second] >= least)
        return found

    def at_most(self, least: int) -> int:
        """No more phrases than this are held by so many reviews of all groups together."""
        return int((self._all // np.uint32(least)).sum(dtype=np.int64))

    def _cells(self, keys: Numbers, groups: Places) -> tuple[Places, Places]:
        first = mixed(keys + (groups.astype(np.uint64) + np.uint64(1)) * np.uint64(0xD6E8FEB86659FD93))
        second = mixed(first ^ np.uint64(0xA0761D6478BD642F))
        return (first >> self._shift).astype(np.int64), (second >> self._shift).astype(np.int64)


class Exact:
    """Exact counts of the phrases that may reach their minimum in one of the groups that are asked for."""

    def __init__(self, bounds: Bounds, least: dict[int, int], *, most: int = MOST_EXACT) -> None:
        """`least`: for each group that is asked for, the reviews that must hold a phrase."""
        self._bounds, self.least, self._most = bounds, dict(least), most
        self._pairs, self._counts = np.zeros(0, np.uint64), np.zeros(0, np.int64)
        self._waiting: list[Numbers] = []
        self._n_waiting = 0
        self.raised = 0

    def add(self, keys: Numbers, groups: Places) -> None:
        """As `Bounds.add`, the same reviews once more."""
        mask = self._fits(keys)
        self._waiting.append((keys[mask] << np.uint64(GROUP_BITS)) | groups[mask].astype(np.uint64))
        self._n_waiting += len(self._waiting[-1])
        if self._n_waiting > _MERGED_AT:
            self._merge()

    def table(self, n_groups: int) -> tuple[Numbers, NDArray[np.int64]]:
        """(phrases [k], reviews of each group that hold them [k, n_groups])."""
        self._merge()
        keys, rows = np.unique(self._pairs >> np.uint64(GROUP_BITS), return_inverse=True)
        counts = np.zeros((len(keys), n_groups), dtype=np.int64)
        counts[rows, (self._pairs & np.uint64((1 << GROUP_BITS) - 1)).astype(np.int64)] = self._counts
        return keys, counts

    def _fits(self, keys: Numbers) -> NDArray[np.bool_]:
        mask = np.zeros(len(keys), dtype=bool)
        for group, least in self.least.items():
            mask |= self._bounds.reach(keys, group, least)
        return mask

    def _merge(self) -> None:
        new, n = np.unique(np.concatenate([*self._waiting, np.zeros(0, np.uint64)]), return_counts=True)
        pairs, rows = np.unique(np.concatenate([self._pairs, new]), return_inverse=True)
        counts = np.zeros(len(pairs), dtype=np.int64)
        np.add.at(counts, rows, np.concatenate([self._counts, n]))
        self._pairs, self._counts, self._waiting, self._n_waiting = pairs, counts, [], 0
        while len(self._pairs) > self._most:  # nothing but a bound on the work: what is rare goes first
            self.raised += 1
            self.least = {group: 2 * least for group, least in self.least.items()}
            kept = self._fits(self._pairs >> np.uint64(GROUP_BITS))
            self._pairs, self._counts = self._pairs[kept], self._counts[kept]
