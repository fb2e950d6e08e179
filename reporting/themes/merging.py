"""Merging: phrases that say the same become one theme."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

NEARLY: Final = 0.7
"""A phrase inside a longer one is the longer one's where so large a share of its reviews hold the longer."""
MORE: Final = 0.4
"""A longer phrase beside a part of itself must set the reviews apart by so much more, in log odds."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A phrase that passed: its number, its words in their common form, the reviews that hold it, and its evidence."""

    key: int
    words: tuple[str, ...]
    reviews: int
    rest_reviews: int
    log_odds: float
    z: float
    false_rate: float


def distinct(candidates: Sequence[Candidate], most: int) -> list[Candidate]:
    """Up to `most` that say different things, strongest (largest z) first.

    The quadratic part is among those that are kept alone.
    """
    kept: list[Candidate] = []
    for one in sorted(candidates, key=lambda candidate: (-candidate.z, candidate.words)):
        related = [other for other in kept if _inside(one.words, other.words) or _inside(other.words, one.words)]
        if not related:
            if len(kept) < most:
                kept.append(one)
            continue
        parts = [other for other in related if len(other.words) < len(one.words)]
        if len(parts) < len(related):
            continue  # inside a longer and stronger one
        if one.reviews >= NEARLY * max(other.reviews for other in parts):
            kept = [other for other in kept if other not in parts] + [one]  # "Orlando", "Bloom": "Orlando Bloom"
        elif all(one.log_odds > other.log_odds + MORE for other in parts) and len(kept) < most:
            kept.append(one)
    return sorted(kept, key=lambda candidate: -candidate.z)


def _inside(part: Sequence[str], whole: Sequence[str]) -> bool:
    size = len(part)
    return size < len(whole) and any(tuple(whole[at : at + size]) == tuple(part) for at in range(len(whole) - size + 1))
