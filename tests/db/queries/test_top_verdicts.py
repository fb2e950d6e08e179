"""Top verdicts: the five most certain, whichever way leads to them."""

from __future__ import annotations

import pytest

from db.engine import Database
from db.queries import top_verdicts
from db.queries.reports import summary
from db.queries.summaries import roll_up_due
from db.types import ReportFilter, ReviewRow, Score
from tests.db.steps import ME, drain, file_job, score_all


def certain(row: ReviewRow) -> Score:
    """Rows 1 to 7 positive, the last the most certain; 8 to 14 negative likewise."""
    positive = row.row_number <= 7
    step = row.row_number % 7 / 100
    return Score(row.review_id, "positive" if positive else "negative", 0.8 + step if positive else 0.2 - step)


@pytest.mark.parametrize("few", [1, 2, 3])
def test_the_five_most_certain_of_all_jobs(db: Database, monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    monkeypatch.setattr(top_verdicts, "FEW", few)
    for _ in range(2):
        score_all(db, file_job(db, 14, chunk_rows=14), certain)
        drain(db)
    live = summary(db, ME, ReportFilter())
    assert [round(one.probability, 2) for one in live.most_positive] == [0.86, 0.86, 0.85, 0.85, 0.84]
    assert [round(one.probability, 2) for one in live.most_negative] == [0.14, 0.14, 0.15, 0.15, 0.16]
    for limit in (1, 10):  # one job from its summary and one from its verdicts, then both from summaries
        assert roll_up_due(db, limit=limit) == 1
        report = summary(db, ME, ReportFilter())
        assert (report.most_positive, report.most_negative) == (live.most_positive, live.most_negative)
