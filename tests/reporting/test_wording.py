"""What a report says in sentences: differences, and whether chance alone may have made them."""

from __future__ import annotations

import pytest

from reporting.intervals import Interval
from reporting.request import ReportRequest
from reporting.tables import ReportPart
from reporting.wording import differences, share_range
from tests.bot.samples import report


def part(total: int = 10, positive: int = 6, mean: float | None = 0.62, deviation: float | None = 0.3) -> ReportPart:
    return ReportPart(
        ReportRequest(), report(total=total, n_positive=positive, mean_probability=mean, deviation=deviation)
    )


def test_shares_are_in_whole_percent() -> None:
    assert share_range(Interval(0.304, 0.996)) == "30–100%"


@pytest.mark.parametrize(("one", "other"), [(0, 10), (10, 0)])
def test_nothing_is_compared_with_nothing(one: int, other: int) -> None:
    (sentence,) = differences(part(one), part(other))
    assert "nothing to compare" in sentence


def test_the_first_minus_the_second() -> None:
    share, average = differences(part(1000, 900, 0.9), part(1000, 300, 0.3))
    assert "+60.0" in share
    assert "+0.600" in average
    share, average = differences(part(1000, 300, 0.3), part(1000, 900, 0.9))
    assert "-60.0" in share
    assert "-0.600" in average


@pytest.mark.parametrize("missing", [{"mean": None}, {"deviation": None}])
def test_averages_are_compared_only_where_both_deviate(missing: dict[str, None]) -> None:
    assert len(differences(part(), part(**missing))) == 1  # type: ignore[arg-type]
    assert len(differences(part(**missing), part())) == 1  # type: ignore[arg-type]
