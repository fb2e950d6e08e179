"""What a column holds, whatever its title says."""

from __future__ import annotations

import datetime as dt

import pytest

from worker.files.columns.looks import Look, is_opinion, is_value


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["A warm film that I liked", "Dull and long"], "text"),
        (["1", "2,5", "-3.0"], "number"),
        ([1, 2.5], "number"),
        (["2024-05-01", "1 May 2024"], "date"),
        ([dt.date(2024, 5, 1)], "date"),
        (["https://x.org/a", "www.x.org"], "link"),
        (["a1b2", "c3d4"], "id"),
        (["★★★★", "4/5", "3 out of 5"], "stars"),
        (["true", "false"], "label"),
        (["pro"] * 4 + ["con"] * 4, "label"),
        ([None, ""], "empty"),
        ([{"a": 1}], "other"),
    ],
)
def test_kinds(cells: list[object], kind: str) -> None:
    assert Look.of(cells).kind == kind


def test_titles_of_films_are_no_opinions() -> None:
    films = ["Quiet Harbour", "The Long Way Home", "Night Train to Bergen", "Iron Garden", "Red Lantern Street"]
    assert Look.of(films).titles
    assert not Look.of(["Great Film", "Bad Movie", "Loved It", "So Good", "Not Great"]).titles
    assert not Look.of(["A warm film.", "Dull, long.", "It was fine.", "I left early.", "What a cast!"]).titles


def test_values_and_opinions() -> None:
    assert is_value(" 2024-05-01 ")
    assert not is_value("review")
    assert is_opinion("Good")
    assert not is_opinion("Mielipide")
