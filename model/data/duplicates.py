"""Near-copies: reviews that share most of their words, in groups.

A copy with a word changed, a paragraph added or its end cut off has another `norm_hash`, and yet tells a model what it
is to be asked later. Such reviews must be on one side of a split.

Each review becomes the set of its runs of 5 words ("shingles", Broder 1997, "On the resemblance and containment of
documents"). Two reviews are near-copies when the shorter one shares at least half of its shingles with the other, and
at least 8 (a run of 12 words, so that a common phrase does not join strangers). Groups are the connected components.
Shingles are counted, not sampled: a sorted list of all of them brings the reviews of one shingle side by side, which
needs no signature (MinHash) and no draw, and is the same on every machine.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.data.readers import words_of

WORDS = 5
"""Words in a shingle."""
SHARED = 8
"""Shingles that near-copies have in common at least."""
CONTAINED = 0.5
"""Share of the shorter review's shingles that are in the longer one at least."""
_NEIGHBOURS = 8
"""A shingle joins each review to the next 8 that have it: all pairs of a rare shingle, a chain through a common one."""
_AT_ONCE = 4_000_000
"""Shingles sorted at a time (about 200 MB at the peak)."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """m pairs of near-copies: rows first < second (int64 [m], sorted), and the share (float64 [m], 0.5 to 1) of the
    shorter one's shingles that the longer one has."""

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    share: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.first)


def _mixed(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """splitmix64's finalizer (Steele, Lea, Flood 2014): every input bit reaches every output bit."""
    values ^= values >> np.uint64(30)
    values *= np.uint64(0xBF58476D1CE4E5B9)
    values ^= values >> np.uint64(27)
    values *= np.uint64(0x94D049BB133111EB)
    values ^= values >> np.uint64(31)
    return values


def _shingles(texts: Sequence[str]) -> tuple[NDArray[np.uint64], NDArray[np.int32]]:
    """Hash (uint64) and row (int32, ascending) of every run of 5 words that does not leave its review."""
    numbers: dict[str, int] = {}
    lengths = np.zeros(len(texts), dtype=np.int64)
    flat: list[NDArray[np.uint64]] = []
    for row, text in enumerate(texts):
        words = words_of(text)
        lengths[row] = len(words)
        flat.append(np.asarray([numbers.setdefault(word, len(numbers)) for word in words], dtype=np.uint64))
    ids = np.concatenate(flat) if flat else np.zeros(0, dtype=np.uint64)
    rows = np.repeat(np.arange(len(texts), dtype=np.int32), lengths)
    count = max(0, len(ids) - WORDS + 1)
    hashes = np.zeros(count, dtype=np.uint64)
    for place in range(WORDS):
        # Hash, add the next word, hash again: the order of the words counts. Overflow is modulo 2**64, as wanted.
        hashes = _mixed(hashes + ids[place : count + place] + np.uint64(0x9E3779B97F4A7C15))
    inside = rows[:count] == rows[len(rows) - count :]
    return hashes[inside], rows[:count][inside]


def _joined(keys: list[NDArray[np.int64]], counts: list[NDArray[np.int64]]) -> tuple[NDArray[np.int64], ...]:
    """Each key once, ascending, with the sum of its counts."""
    unique, place = np.unique(np.concatenate(keys), return_inverse=True)
    return unique, np.bincount(place, weights=np.concatenate(counts), minlength=len(unique)).astype(np.int64)


def _sorted_parts(
    hashes: NDArray[np.uint64], rows: NDArray[np.int32]
) -> Iterator[tuple[NDArray[np.uint64], NDArray[np.int32]]]:
    """Shingles in order of hash, then row, each once a review, in several parts; equal hashes are in one part."""
    parts = np.uint64(len(hashes) // _AT_ONCE + 1)
    for part in range(int(parts)):
        here = hashes % parts == np.uint64(part)
        found, owners = hashes[here], rows[here]
        order = np.argsort(found, kind="stable")
        found, owners = found[order], owners[order]
        new = np.ones(len(found), dtype=bool)
        new[1:] = (found[1:] != found[:-1]) | (owners[1:] != owners[:-1])
        yield found[new], owners[new]


def pairs(texts: Sequence[str]) -> Pairs:
    """All pairs of near-copies among `texts` (see above), exact copies included.

    A shingle that more than 9 reviews have is only counted for reviews near each other in alphabetical order, so in a
    large family of copies some pairs are left out; the family still hangs together. The order of `texts` does not
    matter. Reviews of fewer than 12 words have no near-copies. About 5 s for 25,000 reviews on one core.
    """
    # In alphabetical order, so that a shuffled file has the same pairs, and copies with one beginning are neighbours.
    order = np.asarray(sorted(range(len(texts)), key=texts.__getitem__), dtype=np.int64)
    hashes, rows = _shingles([texts[row] for row in order])
    total = len(texts)
    sizes = np.zeros(total, dtype=np.int64)
    keys, counts = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for found, owners in _sorted_parts(hashes, rows):
        sizes += np.bincount(owners, minlength=total)
        for gap in range(1, _NEIGHBOURS + 1):
            same = found[gap:] == found[:-gap]
            key, count = np.unique(
                owners[:-gap][same].astype(np.int64) * total + owners[gap:][same], return_counts=True
            )
            keys.append(key)
            counts.append(count.astype(np.int64))
    key, shared = _joined(keys, counts)
    one, other = np.divmod(key, max(total, 1))
    share = shared / np.maximum(np.minimum(sizes[one], sizes[other]), 1)
    near = np.flatnonzero((shared >= SHARED) & (share >= CONTAINED))
    first = np.minimum(order[one[near]], order[other[near]])
    second = np.maximum(order[one[near]], order[other[near]])
    by_row = np.lexsort((second, first))
    return Pairs(first[by_row], second[by_row], share[near][by_row])


def groups(texts: Sequence[str], hashes: Sequence[str]) -> list[str]:
    """The group of each review: the least `norm_hash` among its copies and near-copies (its own when it has none).

    hashes: the `norm_hash` of each text. Neither the order of the texts nor the machine changes a group.
    """
    once: dict[str, str] = {}
    for text, copy in zip(texts, hashes, strict=True):
        once[copy] = min(once.get(copy, text), text)
    names = list(once)
    found = pairs(list(once.values()))
    leader = {copy: copy for copy in names}

    def top(copy: str) -> str:
        while leader[copy] != copy:
            leader[copy] = leader[leader[copy]]
            copy = leader[copy]
        return copy

    for first, second in zip(found.first.tolist(), found.second.tolist(), strict=True):
        one, other = sorted((top(names[first]), top(names[second])))
        leader[other] = one
    return [top(copy) for copy in hashes]


def group_sizes(names: Sequence[str]) -> list[int]:
    """Sizes of the groups of two reviews or more, largest first."""
    return sorted((count for count in Counter(names).values() if count > 1), reverse=True)
