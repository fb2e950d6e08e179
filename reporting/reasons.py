"""Explanations for the reviews a report shows, where the database has none yet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from db.types import ResultView
from reporting.tables import ReportPart

Why = Callable[[ResultView], Sequence[tuple[int, int, float]] | None]
"""(start, end, contribution) of each sentence, None where that cannot be told."""


def with_reasons(part: ReportPart, why: Why) -> ReportPart:
    """The part with the extremes explained that were not; nothing is stored."""
    report = part.report
    return replace(
        part,
        report=replace(
            report,
            most_positive=[_explained(one, why) for one in report.most_positive],
            most_negative=[_explained(one, why) for one in report.most_negative],
            mismatches=[_explained(one, why) for one in report.mismatches],
        ),
    )


def _explained(one: ResultView, why: Why) -> ResultView:
    if one.explanation is not None or one.text is None:
        return one
    sentences = why(one)
    return one if sentences is None else replace(one, explanation=tuple(sentences))
