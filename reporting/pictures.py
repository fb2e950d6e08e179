"""A report as pictures: its chart, and how its verdicts are distributed."""

from __future__ import annotations

from collections.abc import Sequence

from reporting.chart_style import DARK, Look
from reporting.charts import comparison_png, films_png, histogram_png, trend_png
from reporting.tables import ReportPart, named


def chart_png(parts: Sequence[ReportPart], look: Look = DARK) -> bytes:
    """The chart of a report along time or one row a film; of two, their distributions."""
    first = parts[0]
    if len(parts) == 2:
        sides = [(part.about.subject(film_chars=40), part.report.histogram) for part in parts]
        return comparison_png(sides[0], sides[1], title="Probability of being positive", look=look)
    draw = films_png if first.about.by == "film" else trend_png
    return draw(named(first.report.buckets), title=first.about.words(film_chars=40), look=look)


def distribution_png(part: ReportPart, look: Look = DARK) -> bytes:
    """The histogram of a report."""
    return histogram_png(part.report.histogram, title=part.about.subject(film_chars=40), look=look)
