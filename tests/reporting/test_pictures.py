"""Which picture a report has: its chart along time or of films, of two their distributions."""

from __future__ import annotations

from typing import Any

import pytest

from db.types import Bucket
from reporting import pictures
from reporting.charts import MAX_FILMS
from reporting.request import NO_FILM, ReportRequest
from reporting.tables import ReportPart
from tests.bot.samples import report
from tests.reporting.pictures import opened

FILMS = report(buckets=[Bucket("Heat", 6, 4, 2, 0, 0.7), Bucket("", 4, 2, 1, 1, 0.5)])


@pytest.mark.parametrize(
    ("parts", "drawn"),
    [
        ([ReportPart(ReportRequest(by="day"), report())], "trend_png"),
        ([ReportPart(ReportRequest(by="film"), FILMS)], "films_png"),
        ([ReportPart(ReportRequest(film=film), report()) for film in ("Heat", "Up")], "comparison_png"),
    ],
)
def test_the_chart_that_fits(parts: list[ReportPart], drawn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[tuple[str, tuple[Any, ...]]] = []
    for name in ("trend_png", "films_png", "comparison_png"):
        draw = getattr(pictures, name)

        def noted(*args: Any, name: str = name, draw: Any = draw, **how: Any) -> bytes:
            calls.append((name, args))
            png: bytes = draw(*args, **how)
            return png

        monkeypatch.setattr(pictures, name, noted)
    opened(pictures.chart_png(parts))
    assert [name for name, _ in calls] == [drawn]
    if drawn == "films_png":
        assert [bucket.key for bucket in calls[0][1][0]] == ["Heat"]


def test_what_has_no_film_makes_no_bar_short_and_what_is_left_out_is_said() -> None:
    films = [Bucket(f"Film {number}", 20 - number, 10, 0, 10 - number, 0.5) for number in range(MAX_FILMS)]
    small = [Bucket("Small", 2, 1, 1, 0, 0.5), Bucket("Least", 1, 1, 0, 0, 0.9)]
    total = sum(one.total for one in films) + 903
    one = report(
        total=total,
        n_positive=10 * MAX_FILMS + 502,
        buckets=[Bucket("", 900, 500, 400, 0, 0.6), *films, *small],
        n_buckets=MAX_FILMS + 3,
    )
    shown, notes = pictures.drawn_films(one)
    assert [film.key for film in shown] == [film.key for film in films]
    assert notes == [
        "Not drawn: 2 other films with 3 reviews, 67% positive.",
        "Not drawn: 900 reviews without a film.",
    ]
    opened(pictures.chart_png([ReportPart(ReportRequest(by="film"), one)]))


def test_nothing_but_reviews_without_a_film_is_drawn() -> None:
    shown, notes = pictures.drawn_films(report(buckets=[Bucket("", 4, 2, 1, 1, 0.5)], n_buckets=1))
    assert [(film.key, film.total) for film in shown] == [(NO_FILM, 4)]
    assert notes == []


def test_the_distribution_is_drawn() -> None:
    opened(pictures.distribution_png(ReportPart(ReportRequest(), report())))
