"""Phrases that say the same become one."""

from __future__ import annotations

import pytest

from reporting.themes.merging import Candidate, distinct


def candidate(words: str, reviews: int, z: float, log_odds: float = 1.0) -> Candidate:
    return Candidate(hash(words), tuple(words.split()), reviews, 0, log_odds, z, 0.01)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ([("special", 10, 9), ("special effect", 9, 8)], ["special effect"]),
        ([("effect", 40, 9), ("special effect", 9, 8)], ["effect"]),
        ([("orlando", 15, 9), ("bloom", 16, 8), ("orlando bloom", 14, 7)], ["orlando bloom"]),
        ([("waste of time", 20, 9), ("time", 60, 8)], ["waste of time"]),
        ([("plot", 20, 9), ("score", 60, 8)], ["plot", "score"]),
    ],
)
def test_distinct(given: list[tuple[str, int, float]], kept: list[str]) -> None:
    assert [" ".join(one.words) for one in distinct([candidate(*one) for one in given], 5)] == kept


def test_a_longer_phrase_stays_beside_its_part_when_it_says_clearly_more() -> None:
    part, longer = candidate("love", 100, 9, 0.5), candidate("love story", 20, 5, 1.5)
    assert distinct([part, longer], 5) == [part, longer]
    assert distinct([part, longer], 1) == [part]
