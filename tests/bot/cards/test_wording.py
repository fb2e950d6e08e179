"""Counts and stars in words."""

from __future__ import annotations

import pytest

from bot.cards.wording import agreement, average_stars, reviews
from db.types import NO_STARS, Score, StarSums


@pytest.mark.parametrize(("count", "words"), [(0, "0 reviews"), (1, "1 review"), (1000, "1,000 reviews")])
def test_counts(count: int, words: str) -> None:
    assert reviews(count) == words


def sums(n: int, agreed: int, *, stars: float | None = 8.0) -> StarSums:
    """Of `n` positive reviews, of which some have ten stars of their own, the others one."""
    return StarSums.of_scores(
        Score(i, "positive", 0.9, stars=stars, rating=1000 if i < agreed else 100) for i in range(n)
    )


def test_an_average_is_told_from_five_on() -> None:
    assert average_stars(NO_STARS) is average_stars(sums(4, 4)) is None
    assert average_stars(sums(5, 5)) == (
        "⭐ on average 8.0 (8.0–8.0) of 10, estimated from 5 reviews that are long enough"
    )


def test_agreement_is_told_from_five_on_with_its_interval() -> None:
    assert agreement(NO_STARS) == agreement(sums(4, 4)) == []
    assert agreement(sums(20, 15, stars=None)) == [
        "Words and stars agree in 75% (53–89%) of 20 reviews with clear stars."
    ]
    assert agreement(sums(20, 15))[1:] == [
        "On average the estimate is +0.2 (-1.6 – +2.1) stars of 10 off the stars given."
    ]
