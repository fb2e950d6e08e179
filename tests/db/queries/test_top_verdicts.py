"""Top verdicts: the five most certain, whichever way leads to them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from db.engine import Database
from db.queries import top_verdicts
from db.queries.reports import summary
from db.queries.summaries import roll_up_due
from db.types import NewReview, ReportFilter, ReviewRow, Score
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


def test_words_against_stars_are_the_surest_of_a_job_or_film(db: Database) -> None:
    """Rows with one star are positive at 0.8 and more, those with ten negative; those between contradict nobody."""
    ratings = [100, 1000, 500, 100, None, 100, 400, 1000, 0, 700, 1000, 550, 100, 900]
    rows = [NewReview(n, f"text {n}", "Heat", rating=rating) for n, rating in enumerate(ratings, 1)]
    job_id = file_job(db, rows, chunk_rows=14)
    score_all(db, job_id, lambda row: replace(certain(row), rating=row.rating))
    drain(db)
    for wanted in (ReportFilter(job_id=job_id), ReportFilter(film="heat")):
        found = summary(db, ME, wanted)
        told = [(one.row_number, one.label, one.rating) for one in found.mismatches]
        expected = sorted(
            (
                (-abs(certain(ReviewRow(0, n, "", None, None)).probability - 0.5), n)
                for n, rating in enumerate(ratings, 1)
                if rating is not None and (rating <= 400 if n <= 7 else rating >= 700)
            )
        )[:5]
        assert [row for row, _, _ in told] == [n for _, n in expected]
        assert found.stars.rated - found.stars.agreed >= len(told) == 5
    assert summary(db, ME, ReportFilter()).mismatches == []
