"""Search in pages, corrections, and reports against the same numbers from pandas."""

from __future__ import annotations

import math
import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import select, update

from db.engine import Database
from db.errors import BadCursor, JobNotFinished, NotFound
from db.privacy.erase_result import delete_result
from db.queries.corrections import correct
from db.queries.reports import summary
from db.queries.results import get_result, verdict_of
from db.queries.search import search
from db.queue import claim, commit_scores, load_reviews
from db.queue.accept import accept_review
from db.tables import Correction, Job, Prediction
from db.types import LABELS, Label, NewRejected, NewReview, ReportFilter, ResultView, Score, SearchFilter, Viewer
from tests.db.steps import GUILD, ME, OTHER, chunks, done_file, done_review, file_job, must, origin

FILMS = ("Alien", "Heat", "Amélie", None)


def scored(db: Database, rows: list[NewReview], seed: int, **where: Any) -> int:
    """A job whose verdicts are drawn at random."""
    dice = random.Random(seed)
    job_id = file_job(
        db, rows, rejected=[NewRejected(9_000, "empty", "no text")], chunk_rows=100, where=origin(**where)
    )
    for chunk in chunks(db, job_id, "pending"):
        held = must(claim(db, chunk))
        scores = [
            Score(r.review_id, dice.choice(LABELS), dice.choice((0.0, 0.5, 1.0, dice.random())))
            for r in load_reviews(db, held)
        ]
        assert commit_scores(db, held, scores, model="m1")
    return job_id


def rows(n: int, seed: int) -> list[NewReview]:
    dice = random.Random(seed)
    first = date(2024, 12, 20)
    return [
        NewReview(
            i,
            f"review {i} of a {dice.choice(('good', 'bad'))} film",
            dice.choice(FILMS),
            first + timedelta(dice.randint(0, 40)),
        )
        for i in range(1, n + 1)
    ]


@pytest.fixture
def filled(db: Database) -> Database:
    """Own, shared by another, and hidden results."""
    scored(db, rows(150, 1), 1)
    scored(db, rows(120, 2), 2, owner=OTHER, shared=True)
    scored(db, rows(90, 3), 3, owner=OTHER)
    return db


def frame(db: Database) -> pd.DataFrame:
    """What the viewer may see, by a query of its own."""
    seen = (Prediction.owner_id == ME.user_id) | (Prediction.shared & (Prediction.guild_id == GUILD))
    with db.read() as session:
        found = session.scalars(select(Prediction).where(seen)).all()
        columns = ("review_id", "job_id", "film", "day", "label", "probability")
        return pd.DataFrame([{name: getattr(one, name) for name in columns} for one in found])


def pages(db: Database, wanted: SearchFilter, limit: int) -> list[ResultView]:
    found: list[ResultView] = []
    cursor = None
    while True:
        page = search(db, ME, wanted, cursor=cursor, limit=limit)
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            return found
        assert len(page.items) == limit


@pytest.mark.parametrize(
    "wanted",
    [
        SearchFilter(),
        SearchFilter(sort="probability"),
        SearchFilter(label="negative", min_probability=0.5),
        SearchFilter(film="alien"),
        SearchFilter(film="Amélie", sort="probability"),
        SearchFilter(since=date(2025, 1, 1), until=date(2025, 1, 10)),
        SearchFilter(query="GOOD film"),
        SearchFilter(query="100%"),
        SearchFilter(query="re_iew"),
    ],
    ids=str,
)
def test_pages_hold_every_match_once_and_in_order(filled: Database, wanted: SearchFilter) -> None:
    expected = frame(filled)
    if wanted.label:
        expected = expected[expected.label == wanted.label]
    if wanted.min_probability is not None:
        expected = expected[expected.probability >= wanted.min_probability]
    if wanted.film:
        expected = expected[expected.film.str.lower() == wanted.film.lower()]
    if wanted.since and wanted.until:
        expected = expected[(expected.day >= wanted.since) & (expected.day <= wanted.until)]
    if wanted.query:
        texts = {item.id: item.text or "" for item in pages(filled, SearchFilter(), 1000)}
        words = wanted.query.lower().split()
        expected = expected[[all(word in texts[id_] for word in words) for id_ in expected.review_id]]
    by = ["probability", "review_id"] if wanted.sort == "probability" else ["review_id"]
    for limit in (7, 1000):
        found = [item.id for item in pages(filled, wanted, limit)]
        assert found == list(expected.sort_values(by, ascending=False).review_id)


@pytest.mark.parametrize("cursor", ["", "x", "n:x", "p:0.5:3", "n:1:2", "n:"])
def test_a_cursor_of_another_search_is_refused(db: Database, cursor: str) -> None:
    with pytest.raises(BadCursor):
        search(db, ME, SearchFilter(), cursor=cursor)


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


def test_a_verdict_by_its_job(db: Database) -> None:
    accepted = accept_review(db, origin(reply_to=77, film="Heat"), "good")
    with pytest.raises(JobNotFinished):
        verdict_of(db, accepted.job_id)
    with pytest.raises(NotFound):
        verdict_of(db, 99)
    held = must(claim(db, accepted.chunk_id))
    told = [Score(load_reviews(db, held)[0].review_id, "negative", 0.25, ("not_english",), [(0, 4, -0.5)])]
    assert commit_scores(db, held, told, model="m7")
    found = verdict_of(db, accepted.job_id)
    assert (found.label, found.probability, found.flags, found.model) == ("negative", 0.25, ("not_english",), "m7")
    assert (found.explanation, found.reply_to, found.film) == (((0, 4, -0.5),), 77, "Heat")
    assert found == get_result(db, ME, found.id)
    with pytest.raises(NotFound):
        get_result(db, ME, 99)


def test_a_second_correction_replaces_the_first_and_changes_no_verdict(db: Database) -> None:
    result = done_review(db, where=origin(shared=True))
    correct(db, ME, result, "negative", "no\x00 note")
    correct(db, ME, result, "uncertain")
    correct(db, Viewer(OTHER, GUILD), result, "positive")
    with pytest.raises(ValueError, match="great"):
        correct(db, ME, result, "great")
    with db.read() as session:
        found = session.execute(select(Correction.user_id, Correction.label, Correction.note).order_by(Correction.id))
        assert [tuple(row) for row in found] == [(1, "uncertain", None), (2, "positive", None)]
    assert get_result(db, ME, result).label == "positive"


def test_a_deleted_text_is_found_no_more_and_still_counts(db: Database) -> None:
    result = done_review(db, "a very special word")
    assert len(search(db, ME, SearchFilter(query="special")).items) == 1
    delete_result(db, ME, result)
    assert search(db, ME, SearchFilter(query="special")).items == []
    assert summary(db, ME, ReportFilter()).total == 1


def test_results_of_an_unfinished_job_are_there_already(db: Database) -> None:
    done_file(db, 2)
    job_id = file_job(db, 4)
    held = must(claim(db, chunks(db, job_id, "pending")[0]))
    commit_scores(db, held, [Score(r.review_id, "positive", 0.9) for r in load_reviews(db, held)], model="m1")
    assert len(search(db, ME, SearchFilter(job_id=job_id)).items) == 2


def test_a_report_counts_corrections_of_the_verdicts_it_is_about(db: Database) -> None:
    mine, shared, hidden = (
        done_review(db, "one"),
        done_review(db, "two", origin(2, shared=True)),
        done_review(db, "three", origin(2)),
    )
    verdict = get_result(db, ME, mine).label
    other: Label = "negative" if verdict == "positive" else "positive"
    correct(db, ME, mine, verdict)
    correct(db, ME, shared, other)
    correct(db, Viewer(2, GUILD), shared, other)
    correct(db, Viewer(2, GUILD), hidden, other)

    def told(viewer: Viewer, wanted: ReportFilter) -> tuple[int, int, int]:
        found = summary(db, viewer, wanted)
        return found.corrections, found.corrected, found.agreed

    assert told(ME, ReportFilter()) == (3, 2, 1)
    assert told(Viewer(3, GUILD), ReportFilter()) == (2, 1, 0)
    assert told(Viewer(3, None), ReportFilter()) == (0, 0, 0)
    assert told(ME, ReportFilter(job_id=get_result(db, ME, mine).job_id)) == (1, 1, 1)
    assert told(ME, ReportFilter(film="no such film")) == (0, 0, 0)
    assert told(ME, ReportFilter(until=date(2001, 1, 1))) == (0, 0, 0)
