"""The lists of names under which columns are found."""

from __future__ import annotations

from itertools import combinations

from worker.files.columns.choose import plain
from worker.files.columns.names import ADDED, DATE, FILM, FILM_TIERS, TEXT_TIERS
from worker.files.writers.target import ADDED as WRITTEN


def test_names_are_spelled_as_titles_are_compared() -> None:
    for name in {*DATE, *FILM, *ADDED, *(name for tier in (*TEXT_TIERS, *FILM_TIERS) for name in tier)}:
        assert plain(name) == name


def test_a_name_stands_in_one_tier_only() -> None:
    for tiers in (TEXT_TIERS, FILM_TIERS):
        assert all(one.isdisjoint(other) for one, other in combinations(tiers, 2))


def test_a_scored_file_is_recognised_by_what_was_added() -> None:
    assert set(map(plain, WRITTEN)) >= ADDED
