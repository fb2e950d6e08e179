"""Which picture a report has: its chart along time or of films, of two their distributions."""

from __future__ import annotations

from typing import Any

import pytest

from db.types import Bucket
from reporting import pictures
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
        assert [bucket.key for bucket in calls[0][1][0]] == ["Heat", NO_FILM]


def test_the_distribution_is_drawn() -> None:
    opened(pictures.distribution_png(ReportPart(ReportRequest(), report())))
