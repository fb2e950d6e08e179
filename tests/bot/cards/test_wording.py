"""Counts and times in words."""

from __future__ import annotations

import pytest

from bot.cards.wording import reviews, span


@pytest.mark.parametrize(("count", "words"), [(0, "0 reviews"), (1, "1 review"), (1000, "1,000 reviews")])
def test_counts(count: int, words: str) -> None:
    assert reviews(count) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "1 s"), (59, "59 s"), (89, "89 s"), (90, "2 min"), (180, "3 min"), (5400, "1 h 30 min"), (7260, "2 h 1 min")],
)
def test_times(seconds: float, words: str) -> None:
    assert span(seconds) == words
