"""A report as pictures and files: what `/report` attaches and `reelfeel report` writes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from reporting.chart_style import DARK, Look
from reporting.charts import comparison_png, films_png, histogram_png, trend_png
from reporting.tables import ReportPart, named, table_bytes

if TYPE_CHECKING:
    from collections.abc import Callable

    from db.types import Report, ReportFilter
    from reporting.request import ReportRequest


def parts_of(ask: Callable[[ReportFilter], Report], *abouts: ReportRequest) -> list[ReportPart]:
    """The reports on each subject; blocking."""
    return [ReportPart(about, ask(about.filter)) for about in abouts]


def chart_png(parts: Sequence[ReportPart], look: Look = DARK) -> bytes:
    """The chart of a report along time or one row a film; of two, their distributions."""
    first = parts[0]
    if len(parts) == 2:
        sides = [(part.about.subject(film_chars=40), part.report.histogram) for part in parts]
        return comparison_png(sides[0], sides[1], title="Probability of positive", look=look)
    draw = films_png if first.about.by == "film" else trend_png
    return draw(named(first.report.buckets), title=first.about.words(film_chars=40), look=look)


def distribution_png(part: ReportPart, look: Look = DARK) -> bytes:
    """The histogram of a report."""
    return histogram_png(part.report.histogram, title=part.about.subject(film_chars=40), look=look)


def file_of(parts: Sequence[ReportPart], format: str) -> bytes:
    """The report as one file; `format`: one of `common.file_formats.REPORT_FORMATS`."""
    if format == "html":
        from reporting.html_page import page

        return page(parts).encode("utf-8")
    return chart_png(parts) if format == "png" else table_bytes(parts, format)
