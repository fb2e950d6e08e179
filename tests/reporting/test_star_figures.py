"""Figures of stars, by hand."""

from __future__ import annotations

import pytest

from db.types import NO_STARS, Score, StarSums
from reporting.star_figures import HEADER, KINDS, agreed_share, cells, gap_interval, star_interval


def test_nothing_is_said_of_nothing() -> None:
    assert cells(NO_STARS) == (0, None, None, None, 0, 0, None, None, None, None, None, None)
    assert len(HEADER) == len(KINDS) == len(cells(NO_STARS))
    assert star_interval(NO_STARS) is gap_interval(NO_STARS) is agreed_share(NO_STARS) is None


@pytest.mark.parametrize(
    ("label", "rating", "rated", "agreed"),
    [
        ("positive", 700, 1, 1), ("positive", 699, 0, 0), ("positive", 401, 0, 0), ("positive", 400, 1, 0),
        ("negative", 400, 1, 1), ("negative", 700, 1, 0), ("uncertain", 1000, 0, 0), ("positive", None, 0, 0),
    ],
)  # fmt: skip
def test_clear_stars_agree_with_the_label_or_not(label: str, rating: int | None, rated: int, agreed: int) -> None:
    found = StarSums.of_scores([Score(1, label, 0.5, rating=rating)])
    assert (found.rated, found.agreed) == (rated, agreed)


def test_the_figures_by_hand() -> None:
    both = ((8.0, 750), (9.0, 850))
    found = StarSums.of_scores(Score(1, "positive", 0.9, stars=stars, rating=rating) for stars, rating in both)
    row = dict(zip(HEADER, cells(found), strict=True))
    assert (row["with_stars"], row["average_stars"], row["average_stars_high"]) == (2, 8.5, 10.0)
    assert (row["rated"], row["agreed"], row["agreed_share"]) == (2, 2, 1.0)
    assert row["stars_gap"] == 0.5
    assert found - found == NO_STARS
    assert found + NO_STARS == found
