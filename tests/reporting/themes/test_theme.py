"""Records of themes: shares, and how many reviews must hold a phrase."""

from __future__ import annotations

import pytest

from reporting.themes.theme import Minimums, Theme


@pytest.mark.parametrize(
    ("group", "least"), [(20, 5), (1000, 5), (1001, 6), (1200, 6), (1201, 7), (100_000, 500), (100_001, 501)]
)
def test_a_share_of_a_group_is_rounded_up_and_never_below_the_least(group: int, least: int) -> None:
    assert Minimums(reviews=5, share=0.005).of(group) == least


def test_shares_are_of_the_own_group_and_of_the_rest() -> None:
    theme = Theme("plot holes", 5, 50, 1, 4, 1.0, 3.0, 0.01, False)
    assert (theme.share, theme.rest_share) == (0.1, 0.25)
