"""A report as pictures: its chart, and how its verdicts are distributed."""

from __future__ import annotations

from collections.abc import Sequence

from db.types import Bucket, Report
from reporting.aspects.figures import as_buckets
from reporting.chart_style import DARK, Look
from reporting.charts import MAX_FILMS, comparison_png, films_png, histogram_png, trend_png
from reporting.intervals import wilson
from reporting.tables import ReportPart, named


def chart_png(parts: Sequence[ReportPart], look: Look = DARK) -> bytes:
    """The chart of a report along time or one row a film or aspect; of two, their distributions."""
    first = parts[0]
    if len(parts) == 2:
        sides = [(part.about.subject(film_chars=40), part.report.histogram) for part in parts]
        return comparison_png(sides[0], sides[1], title="Probability of being positive", look=look)
    title = first.about.words(film_chars=40)
    if first.about.by == "aspect" and (aspects := as_buckets(first.report.aspects)):
        return films_png(
            aspects,
            title=title,
            look=look,
            what="aspects",
            share="share of reviews that praise it",
            sure=lambda one: wilson(one.n_positive, one.total),
        )
    if first.about.by != "film":
        return trend_png(named(first.report.buckets), title=title, look=look)
    films, notes = drawn_films(first.report)
    return films_png(films, title=title, notes=notes, look=look)


def drawn_films(report: Report) -> tuple[list[Bucket], list[str]]:
    """The films of the chart, most reviewed first, and a sentence for each part of the report that it leaves out.

    Reviews of no film are no film: their bar would make all others short. All of them alone are shown.
    """
    films = sorted((one for one in report.buckets if one.key), key=lambda one: -one.total)
    unnamed = sum(one.total for one in report.buckets if not one.key)
    if not films:
        return named(report.buckets), []
    shown = films[:MAX_FILMS]
    more = report.n_buckets - len(shown) - (unnamed > 0)
    notes = []
    if more > 0:
        rest = report.total - unnamed - sum(one.total for one in shown)
        positive = report.n_positive - sum(one.n_positive for one in report.buckets if not one.key)
        positive -= sum(one.n_positive for one in shown)
        share = f", {positive / rest:.0%} positive" if rest > 0 else ""
        notes.append(f"Not drawn: {_counted(more, 'other film')} with {_counted(rest, 'review')}{share}.")
    if unnamed:
        notes.append(f"Not drawn: {_counted(unnamed, 'review')} without a film.")
    return shown, notes


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def distribution_png(part: ReportPart, look: Look = DARK) -> bytes:
    """The histogram of a report."""
    return histogram_png(part.report.histogram, title=part.about.subject(film_chars=40), look=look)
