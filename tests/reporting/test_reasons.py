"""Explanations for the reviews a report shows: asked for where there is none yet, and only there."""

from __future__ import annotations

from collections.abc import Sequence

from db.types import ResultView
from reporting.reasons import with_reasons
from reporting.request import ReportRequest
from reporting.tables import ReportPart
from tests.bot.samples import report, result

WHY = ((0, 5, 1.0),)


def test_what_has_no_explanation_and_a_text_is_explained() -> None:
    asked: list[int] = []

    def why(one: ResultView) -> Sequence[tuple[int, int, float]] | None:
        asked.append(one.id)
        return None if one.id == 3 else list(WHY)

    positive = [result(id=1), result(id=2, explanation=((0, 1, 2.0),)), result(id=3)]
    negative = [result(id=4, text=None), result(id=5)]
    part = ReportPart(ReportRequest(), report(most_positive=positive, most_negative=negative))
    explained = with_reasons(part, why).report
    assert asked == [1, 3, 5]
    assert [one.explanation for one in explained.most_positive] == [WHY, ((0, 1, 2.0),), None]
    assert [one.explanation for one in explained.most_negative] == [None, WHY]
    assert part.report.most_positive[0].explanation is None, "the part that was given stays as it was"
