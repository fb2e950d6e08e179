"""Reports against the same numbers from pandas."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from db.engine import Database
from db.queries import reports
from db.queries.corrections import correct
from db.queries.jobs import get_job
from db.queries.reports import summary
from db.queries.results import get_result
from db.queries.summaries import roll_up_due
from db.queue import claim, commit_scores, load_reviews, release_failed
from db.queue.job_counts import NOT_SCORED
from db.tables import Job
from db.types import LABELS, Label, NewRejected, NewReview, ReportFilter, Score, Viewer
from tests.db.queries.random_results import fill, frame
from tests.db.steps import (
    ME,
    chunks,
    commit,
    done_review,
    drain,
    file_job,
    must,
    origin,
    score_all,
    seeing,
    verdict,
)


@pytest.fixture(scope="module")
def filled(module_db: Database) -> Database:
    """Own, shared by another, and hidden results, for reading."""
    return fill(module_db)


@pytest.mark.parametrize(
    "limits",
    [{}, {"film": "Heat"}, {"since": date(2025, 1, 1), "until": date(2025, 1, 3)}, {"film": "nothing"}],
    ids=str,
)
def test_a_report_is_what_pandas_counts(filled: Database, limits: dict[str, Any]) -> None:
    for by in ("day", "week", "month", "film"):
        report_is_right(filled, by, limits)


def report_is_right(filled: Database, by: Any, limits: dict[str, Any]) -> None:
    report = summary(filled, ME, ReportFilter(by=by, **limits))
    data = frame(filled)
    if "film" in limits:
        data = data[data.film == limits["film"]]
    if "since" in limits:
        data = data[(data.day >= limits["since"]) & (data.day <= limits["until"])]
    assert report.total == len(data)
    assert (report.n_positive, report.n_negative, report.n_uncertain) == tuple((data.label == x).sum() for x in LABELS)
    bins = (data.probability * 20).astype(int).clip(upper=19)
    assert list(report.histogram) == [(bins == i).sum() for i in range(20)]
    if data.empty:
        assert report.mean_probability is None
        assert report.buckets == report.most_positive == []
        return
    assert report.mean_probability is not None
    assert math.isclose(report.mean_probability, data.probability.mean(), rel_tol=1e-9)
    keys = {
        "day": data.day.map(str),
        "week": data.day.map(lambda d: d.strftime("%G-W%V")),
        "month": data.day.map(lambda d: d.strftime("%Y-%m")),
        "film": data.film.fillna(""),
    }[by]
    expected = dict(iter(data.groupby(keys)))
    assert {bucket.key for bucket in report.buckets} == set(expected)
    for bucket in report.buckets:
        group = expected[bucket.key]
        assert (bucket.total, bucket.n_positive, bucket.n_negative, bucket.n_uncertain) == (
            len(group),
            *((group.label == label).sum() for label in LABELS),
        )
        assert math.isclose(bucket.mean_probability, group.probability.mean(), rel_tol=1e-9)
    order = [(-b.total, b.key) if by == "film" else (0, b.key) for b in report.buckets]
    assert order == sorted(order)
    top = data[data.label == "positive"].sort_values(["probability", "review_id"], ascending=[False, True])
    low = data[data.label == "negative"].sort_values(["probability", "review_id"])
    assert [item.id for item in report.most_positive] == list(top.review_id[:5])
    assert [item.id for item in report.most_negative] == list(low.review_id[:5])


def test_rejected_rows_are_counted_with_the_reviews_of_their_file(filled: Database) -> None:
    today, days = datetime.now(UTC).date(), sorted(frame(filled).day)
    assert summary(filled, ME, ReportFilter()).rejected == 2
    assert summary(filled, ME, ReportFilter(since=days[0], until=days[-1])).rejected == 2
    assert summary(filled, ME, ReportFilter(until=days[0] - timedelta(1))).rejected == 0
    assert summary(filled, ME, ReportFilter(since=today - timedelta(1))).rejected == 0  # made today, about other days
    assert summary(filled, ME, ReportFilter(job_id=1)).rejected == 1


def test_a_review_without_a_day_counts_on_the_day_of_its_job(db: Database) -> None:
    job_id = file_job(db, 1)
    with db.begin() as session:
        session.execute(update(Job).values(created_at=datetime(2020, 2, 29, 23, 59, tzinfo=UTC)))
    held = must(claim(db, chunks(db, job_id, "pending")[0]))
    commit_scores(db, held, [Score(load_reviews(db, held)[0].review_id, "positive", 0.9)], model="m1")
    assert [bucket.key for bucket in summary(db, ME, ReportFilter()).buckets] == ["2020-02-29"]


def test_a_report_counts_corrections_of_the_verdicts_it_is_about(db: Database) -> None:
    mine, shared, hidden = (
        done_review(db, "one"),
        done_review(db, "two", origin(2, shared=True)),
        done_review(db, "three", origin(2)),
    )
    stored = get_result(db, ME, mine).label
    other: Label = "negative" if stored == "positive" else "positive"
    correct(db, ME, mine, stored)
    correct(db, ME, shared, other)
    correct(db, seeing(2), shared, other)
    correct(db, seeing(2), hidden, other)

    def told(viewer: Viewer, wanted: ReportFilter) -> tuple[int, int, int]:
        found = summary(db, viewer, wanted)
        return found.corrections, found.corrected, found.agreed

    assert told(ME, ReportFilter()) == (3, 2, 1)
    assert told(seeing(3), ReportFilter()) == (2, 1, 0)
    assert told(Viewer(3, None), ReportFilter()) == (0, 0, 0)
    assert told(ME, ReportFilter(job_id=get_result(db, ME, mine).job_id)) == (1, 1, 1)
    assert told(ME, ReportFilter(film="no such film")) == (0, 0, 0)
    assert told(ME, ReportFilter(until=date(2001, 1, 1))) == (0, 0, 0)


@pytest.mark.parametrize("films", [1, 2, 3, 4])
def test_only_the_largest_films_are_listed_and_all_are_counted(
    db: Database, monkeypatch: pytest.MonkeyPatch, films: int
) -> None:
    monkeypatch.setattr(reports, "MOST_BUCKETS", 2)
    rows = [NewReview(10 * film + n, "fine", f"Film {film}") for film in range(films) for n in range(film + 1)]
    score_all(db, file_job(db, rows, chunk_rows=100), verdict)
    for _ in range(2):
        report = summary(db, ME, ReportFilter(by="film"))
        assert [bucket.key for bucket in report.buckets] == [f"Film {film}" for film in range(films)][::-1][:2]
        assert (report.n_buckets, report.total) == (films, len(rows))
        drain(db)
        roll_up_due(db)


def test_rows_that_could_not_be_scored_count_as_rejected(db: Database) -> None:
    """Beside those that the reader rejected; a job in which both are there."""
    job_id = file_job(db, 3, chunk_rows=1, rejected=[NewRejected(4, "empty", "no text")])
    first, *rest = chunks(db, job_id, "pending")
    for _ in range(3):
        release_failed(db, must(claim(db, first)), code="ValueError")
    for chunk in rest:
        assert commit(db, must(claim(db, chunk)))
    drain(db)
    job = get_job(db, ME, job_id)
    assert (job.rows_total, job.rows_done, job.rows_rejected, job.rows_failed) == (4, 2, 1, 1)
    report = summary(db, ME, ReportFilter(job_id=job_id))
    assert (report.total, report.rejected) == (2, 2)
    assert dict(report.rejected_codes) == {"empty": 1, NOT_SCORED: 1}
