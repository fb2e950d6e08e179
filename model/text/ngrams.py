"""Hashed n-grams: tokens -> bucket numbers, the same at training and at serving."""

import zlib
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

# Odd 64-bit constants (golden ratio and the finaliser of MurmurHash3, Appleby 2011) spread 32-bit checksums.
GOLDEN = np.uint64(0x9E3779B97F4A7C15)
MIX = np.uint64(0xFF51AFD7ED558CCD)
SHIFT = np.uint64(33)
_KEPT_WORDS = 400_000


class _Checksums(dict[str, int]):
    """CRC-32 of a token, remembered; the bound keeps a long-running worker's memory flat."""

    def __missing__(self, token: str) -> int:
        checksum = zlib.crc32(token.encode("utf-8", errors="replace"))
        if len(self) < _KEPT_WORDS:
            self[token] = checksum
        return checksum


_CHECKSUMS = _Checksums()


def _mixed(value: NDArray[np.uint64]) -> NDArray[np.uint64]:
    value = (value ^ (value >> SHIFT)) * MIX
    return value ^ (value >> SHIFT)


def checksums(tokens: Iterable[str]) -> NDArray[np.uint32]:
    """CRC-32 of each token (of its UTF-8)."""
    return np.asarray(list(map(_CHECKSUMS.__getitem__, tokens)), dtype=np.uint32)


def hashes(documents: Sequence[Sequence[str]], longest: int) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
    """All n-grams of length 1..`longest` as (document number [k], 64-bit hash [k]), repeats included.

    An n-gram never spans two documents.
    """
    lengths = np.asarray([len(tokens) for tokens in documents], dtype=np.int64)
    values_of = checksums(token for tokens in documents for token in tokens).astype(np.uint64)
    owner = np.repeat(np.arange(len(documents), dtype=np.int64), lengths)
    owners, values = [], []
    running = np.zeros_like(values_of)
    for size in range(1, longest + 1):
        # running[i] is the hash of the n-gram that starts at token i; one more token is folded in each round.
        last = values_of[size - 1 :]
        running = _mixed((running[: len(last)] + np.uint64(size)) * GOLDEN + last)
        inside = owner[: len(last)] == owner[size - 1 :]
        owners.append(owner[: len(last)][inside])
        values.append(running[inside])
    return np.concatenate(owners), np.concatenate(values)


def hashes_of(tokens: Sequence[str], longest: int) -> NDArray[np.uint64]:
    """The hashes [k] of the n-grams of one document, as `hashes` gives them."""
    values_of = checksums(tokens).astype(np.uint64)
    found = [np.zeros_like(values_of)]
    for size in range(1, min(longest, len(tokens)) + 1):
        last = values_of[size - 1 :]
        found.append(_mixed((found[-1][: len(last)] + np.uint64(size)) * GOLDEN + last))
    return np.concatenate(found[1:]) if len(found) > 1 else found[0]


def distinct(documents: NDArray[np.int64], buckets: NDArray[np.int64], bits: int) -> NDArray[np.int64]:
    """Sorted distinct keys `document << bits | bucket`: an n-gram counts once a review, however often it occurs."""
    return np.unique((documents << np.int64(bits)) | buckets)


def buckets(values: NDArray[np.uint64], bits: int) -> NDArray[np.int64]:
    """The bucket (0 .. 2**bits - 1) of each 64-bit hash: its upper bits."""
    return (values >> np.uint64(64 - bits)).astype(np.int64)
