"""What a report is about, and what it is compared with."""

from __future__ import annotations

from datetime import date

import pytest

from reporting.request import BadQuestion, ReportRequest, compared_with, several_films, too_few

HEAT = ReportRequest(film="Heat", since=date(2026, 3, 1), until=date(2026, 3, 31))


@pytest.mark.parametrize(("total", "said"), [(0, "are no reviews"), (1, "is 1 review"), (4, "are 4 reviews")])
def test_too_few_says_how_many_are_needed(total: int, said: str) -> None:
    sentence = too_few(total, HEAT)
    assert said in sentence
    assert "at least 5" in sentence


@pytest.mark.parametrize(("total", "said"), [(0, "no reviews yet"), (1, "only 1 review so"), (4, "only 4 reviews so")])
def test_too_few_of_all_names_no_filter(total: int, said: str) -> None:
    sentence = too_few(total, ReportRequest(by="week"))
    assert said in sentence
    assert "filter" not in sentence


@pytest.mark.parametrize(
    ("typed", "subject"),
    [
        ("Up", "“Up”, since 2026-03-01, until 2026-03-31"),
        ("job 7", "“Heat”, job 7, since 2026-03-01, until 2026-03-31"),
        ("#7", "“Heat”, job 7, since 2026-03-01, until 2026-03-31"),
        ("before", "“Heat”, since 2026-01-29, until 2026-02-28"),
        ("2024-02", "“Heat”, since 2024-02-01, until 2024-02-29"),
        ("2025-01-01..2025-01-07", "“Heat”, since 2025-01-01, until 2025-01-07"),
    ],
)
def test_what_is_compared_with(typed: str, subject: str) -> None:
    assert compared_with(HEAT, typed).subject() == subject


@pytest.mark.parametrize(
    ("about", "typed", "said"),
    [
        (HEAT, " heat", "is the same as the report"),
        (HEAT, "2026-03", "is the same as the report"),
        (ReportRequest(), "before", "needs `since` and `until`"),
        (HEAT, "2026-13", "not a month"),
        (HEAT, "2026-02-30..2026-03-01", "not a period"),
        (HEAT, "2026-03-09..2026-03-01", "swap"),
        (ReportRequest(since=date(1, 1, 1), until=date(1, 1, 9)), "before", "out of range"),
    ],
)
def test_what_cannot_be_compared(about: ReportRequest, typed: str, said: str) -> None:
    with pytest.raises(BadQuestion, match=said):
        compared_with(about, typed)


def test_films_that_share_a_name_are_named() -> None:
    assert several_films(()) == ""
    said = too_few(1, HEAT, ("Heat (1986)", "Heat (1995)"))
    assert "“Heat (1986)”" in said
    assert "at least 5" in said
    assert "Heat (1999)" not in several_films([f"Heat ({year})" for year in range(1990, 2000)])


@pytest.mark.parametrize("typed", ["HEAT", "Ｈｅａｔ", "Héat"])
def test_a_film_is_not_compared_with_itself(typed: str) -> None:
    with pytest.raises(BadQuestion):
        compared_with(HEAT, typed)
