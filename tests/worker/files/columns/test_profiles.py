"""The table of known exports."""

from __future__ import annotations

from worker.files.columns.choose import plain
from worker.files.columns.profiles import PROFILES, profile_of


def test_names_are_spelled_as_titles_are_compared() -> None:
    for profile in PROFILES:
        for name in (*profile.marks, *profile.lacks, *(profile.text or ()), *(profile.film or ())):
            assert plain(name) == name


def test_all_marks_are_needed_and_nothing_that_it_lacks() -> None:
    marks = {"name", "year", "letterboxduri", "review"}
    assert (found := profile_of(marks)) is not None
    assert found.source == "Letterboxd"
    assert (lists := profile_of(marks - {"review"})) is not None
    assert lists.text == ()
    assert profile_of({"film", "review"}) is None
