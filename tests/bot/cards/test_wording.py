"""Counts in words."""

from __future__ import annotations

import pytest

from bot.cards.wording import reviews


@pytest.mark.parametrize(("count", "words"), [(0, "0 reviews"), (1, "1 review"), (1000, "1,000 reviews")])
def test_counts(count: int, words: str) -> None:
    assert reviews(count) == words
