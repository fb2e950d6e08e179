"""Summaries of ended jobs: exact at any moment, whoever sums up and how often, as a plain recount of rows says."""

from __future__ import annotations

import math
import random
from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from common.film_names import KnownFilms
from db.engine import Database
from db.queries import summaries
from db.queries.reports import summary
from db.queries.summaries import reset_summary, roll_up, roll_up_due
from db.queue import cancel, claim, commit_scores, load_reviews
from db.queue.accept import accept_review
from db.tables import Correction, Job, Prediction, RejectedRow, Review, report_days, report_films, report_flags
from db.types import LABELS, NewRejected, NewReview, ReportFilter, ReviewRow, Score, StarSums, Viewer, bin_of
from tests.db.steps import GUILD, ME, MEMBER, OTHER, OWNER, chunks, drain, file_job, must, origin, score_all

FILMS = ("Alien", "alien", "Heat", "heat (1995)", "Heat 1995", "Amélie", "AMELIE", "Heathers", None)
FLAGS = ((), (), ("too_short",), ("truncated", "not_a_review"))
FIRST = date(2024, 12, 28)
STARS = (None, None, 1.0, 2.5, 8.5, 10.0)
RATINGS = (None, None, 0, 400, 401, 550, 699, 700, 1000)


def scored(db: Database, n: int, seed: int, *, end: bool = True, **where: Any) -> int:
    """A file of `n` reviews with verdicts drawn at random; without `end` its last chunk is left."""
    dice = random.Random(seed)
    rows = [
        NewReview(i, f"review {i}", dice.choice(FILMS), FIRST + timedelta(dice.randint(0, 9)), dice.choice(RATINGS))
        for i in range(1, n + 1)
    ]
    rejected = [NewRejected(9_000 + i, dice.choice(("empty", "too_long")), "no") for i in range(dice.randint(0, 3))]
    job_id = file_job(db, rows, rejected=rejected, chunk_rows=15, where=origin(**where))
    todo = chunks(db, job_id, "pending")
    for chunk in todo if end else todo[:-1]:
        held = must(claim(db, chunk))
        rows_held = load_reviews(db, held)
        drawn = [dice.choice((0.0, 0.5, 1.0, dice.random())) for _ in rows_held]
        scores = [
            Score(row.review_id, dice.choice(LABELS), p, dice.choice(FLAGS), None, dice.choice(STARS), None, row.rating)
            for row, p in zip(rows_held, drawn, strict=True)
        ]
        assert commit_scores(db, held, scores, model="m1")
    if end:
        drain(db)
    return job_id


def message(db: Database, seed: int, **where: Any) -> None:
    dice = random.Random(seed)
    held = must(claim(db, accept_review(db, origin(film=dice.choice(FILMS), **where), "fine").chunk_id))
    (row,) = load_reviews(db, held)
    assert commit_scores(
        db, held, [Score(row.review_id, dice.choice(LABELS), dice.random(), FLAGS[seed % 4])], model="m1"
    )


def fitting(db: Database, viewer: Viewer, wanted: ReportFilter) -> list[Prediction]:
    """The verdicts of a report, chosen row by row in Python."""
    with db.read() as session:
        rows = session.execute(select(Prediction, Job).join(Job, Job.id == Prediction.job_id)).all()
    seen = [
        one
        for one, job in rows
        if (
            job.guild_id in (None, viewer.guild_id) or viewer.guild_id is None
            if job.owner_id == viewer.user_id
            else job.shared and job.guild_id is not None and job.guild_id == viewer.guild_id
        )
        and (wanted.job_id is None or one.job_id == wanted.job_id)
    ]
    known = known_of(seen)
    return [
        one
        for one in seen
        if (wanted.film is None or (one.film and known.key(one.film) == known.key(wanted.film)))
        and (wanted.since is None or one.day >= wanted.since)
        and (wanted.until is None or one.day <= wanted.until)
    ]


def known_of(rows: list[Prediction]) -> KnownFilms:
    """Their films: which names are one film hangs on the others that are seen (tests/common/test_film_names.py)."""
    return KnownFilms(one.film for one in rows if one.film)


def key(one: Prediction, by: str, known: KnownFilms) -> Any:
    """What a review is counted under."""
    if by == "film":
        return known.key(one.film or "")
    return {"day": f"{one.day}", "week": f"{one.day:%G-W%V}", "month": f"{one.day:%Y-%m}"}[by]


def named(key: str, by: str, known: KnownFilms) -> Any:
    """The same of what a bucket is called."""
    return known.key(key) if by == "film" else key


def stars_of(rows: list[Prediction]) -> StarSums:
    """Counted in Python, as a single review counts."""
    return StarSums.of_scores(
        Score(one.review_id, one.label, one.probability, stars=one.stars, rating=one.rating) for one in rows
    )


def same(db: Database, viewer: Viewer, wanted: ReportFilter) -> None:
    """The report says what the rows say."""
    found = summary(db, viewer, wanted)
    rows = fitting(db, viewer, wanted)
    known = known_of(rows)
    keys = Counter(key(one, wanted.by, known) for one in rows)
    assert found.total == len(rows)
    labels = Counter(one.label for one in rows)
    assert [found.n_positive, found.n_negative, found.n_uncertain] == [labels[name] for name in LABELS]
    bins = Counter(bin_of(one.probability) for one in rows)
    assert list(found.histogram) == [bins[i] for i in range(20)]
    assert found.n_flagged == sum(one.flags != "" for one in rows)
    assert dict(found.flags) == Counter(flag for one in rows for flag in one.flags.split(",") if flag)
    assert {named(bucket.key, wanted.by, known): bucket.total for bucket in found.buckets} == keys
    assert found.n_buckets == len(keys)
    assert found.stars == stars_of(rows)
    values = [one.probability for one in rows]
    if values:
        assert found.mean_probability is not None
        assert math.isclose(found.mean_probability, math.fsum(values) / len(values), abs_tol=1e-12)
    if len(values) > 1:
        mean = math.fsum(values) / len(values)
        spread = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1))
        assert found.deviation is not None
        assert math.isclose(found.deviation, spread, abs_tol=1e-7)
    for bucket in found.buckets:
        mine = [one for one in rows if key(one, wanted.by, known) == named(bucket.key, wanted.by, known)]
        assert bucket.stars == stars_of(mine)
        assert bucket.n_flagged == sum(one.flags != "" for one in mine)
        assert math.isclose(bucket.mean_probability, math.fsum(o.probability for o in mine) / len(mine), abs_tol=1e-12)
    for label, shown, sign in (("positive", found.most_positive, -1), ("negative", found.most_negative, 1)):
        best = sorted((sign * one.probability, one.review_id) for one in rows if one.label == label)[:5]
        assert [item.id for item in shown] == [id_ for _, id_ in best]


WANTED = st.builds(
    ReportFilter,
    film=st.sampled_from([None, None, "ALIEN", "Heat", "HEAT (1995)", "Amelie", "Heat (1986)", "Up"]),
    job_id=st.sampled_from([None, None, 1, 2, 3, 99]),
    since=st.sampled_from([None, FIRST + timedelta(3), FIRST + timedelta(5)]),
    until=st.sampled_from([None, FIRST + timedelta(4), FIRST + timedelta(5)]),
    by=st.sampled_from(["day", "week", "month", "film"]),
)


def filled(db: Database) -> None:
    """Own, shared by another, hidden, unfinished and single ones."""
    scored(db, 60, 1)
    scored(db, 40, 2, owner=OTHER, shared=True)
    scored(db, 30, 3, end=False)
    scored(db, 20, 4, owner=OTHER)
    scored(db, 15, 5, guild=None)
    for seed in range(6):
        message(db, seed)


@pytest.mark.slow  # seconds of a processor
def test_a_report_is_a_recount_whatever_is_summed_up(db: Database) -> None:
    filled(db)
    with db.read() as session:
        ended = session.scalars(select(Job.id).where(Job.state == "done")).all()

    @settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(wanted=st.lists(WANTED, min_size=2, max_size=2), change=st.sampled_from([*ended, None]), undo=st.booleans())
    def one(wanted: list[ReportFilter], change: int | None, undo: bool) -> None:
        if change is not None and undo:
            reset_summary(db, change)
        elif change is not None:
            roll_up(db, [change])
        for some in wanted:
            same(db, ME, some)
            same(db, Viewer(OTHER, None), some)

    one()
    assert roll_up_due(db) + roll_up_due(db) <= len(ended)
    for by in ("day", "week", "month", "film"):
        same(db, ME, ReportFilter(by=by))  # type: ignore[arg-type]
        same(db, MEMBER, ReportFilter(by=by))  # type: ignore[arg-type]


def test_only_jobs_that_ended_are_summed_up_and_once(sqlite_db: Database) -> None:
    job_id = scored(sqlite_db, 20, 1, end=False)
    assert roll_up_due(sqlite_db) == 0
    roll_up(sqlite_db, [job_id])
    with sqlite_db.read() as session:
        assert not session.get_one(Job, job_id).rolled_up
    reset_summary(sqlite_db, job_id)
    assert cancel(sqlite_db, ME, job_id)
    assert roll_up_due(sqlite_db) == 1
    assert roll_up_due(sqlite_db) == 0
    same(sqlite_db, ME, ReportFilter())


def test_a_summary_says_nothing_of_people_and_goes_with_its_job(sqlite_db: Database) -> None:
    job_id = scored(sqlite_db, 20, 1)
    roll_up_due(sqlite_db)
    for table in (report_days, report_films, report_flags):
        assert not {"owner_id", "user_id", "guild_id", "text"} & set(table.columns.keys())
    with sqlite_db.begin() as session:
        session.execute(update(Job).values(owner_id=OTHER))
    assert summary(sqlite_db, Viewer(OWNER, GUILD), ReportFilter()).total == 0
    assert summary(sqlite_db, MEMBER, ReportFilter()).total == 20
    with sqlite_db.begin() as session:
        session.execute(delete(Correction))
        session.execute(delete(RejectedRow))
        session.execute(delete(Prediction).where(Prediction.job_id == job_id))
        session.execute(delete(Review).where(Review.job_id == job_id))
        session.execute(delete(Job).where(Job.id == job_id))
    with sqlite_db.read() as session:
        assert session.execute(select(report_days)).all() == session.execute(select(report_films)).all() == []


def counts_of_flags(db: Database) -> dict[str, int]:
    return dict(summary(db, ME, ReportFilter()).flags)


def flagged(row: ReviewRow) -> Score:
    """Two combinations that share a flag, on one day."""
    flags = ("too_short", "truncated") if row.row_number <= 2 else ("too_short",) if row.row_number <= 5 else ()
    return Score(row.review_id, "uncertain", 0.5, flags)


def test_a_flag_counts_in_every_combination(db: Database) -> None:
    for _ in range(2):
        score_all(db, file_job(db, 6, chunk_rows=6), flagged)
        drain(db)
    expected = {"too_short": 10, "truncated": 4}
    assert counts_of_flags(db) == expected
    assert roll_up_due(db, limit=1) == 1
    assert counts_of_flags(db) == expected
    assert roll_up_due(db) == 1
    assert counts_of_flags(db) == expected


@pytest.mark.parametrize("rows", [2, 3, 4])
def test_summaries_are_whole_wherever_a_batch_ends(
    sqlite_db: Database, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    monkeypatch.setattr(summaries, "ROWS", 2)
    reviews = [NewReview(n, "fine", f"Film {n}", FIRST + timedelta(n)) for n in range(1, rows + 1)]
    score_all(sqlite_db, file_job(sqlite_db, reviews, chunk_rows=10), flagged)
    drain(sqlite_db)
    before = [summary(sqlite_db, ME, ReportFilter(by=by)) for by in ("day", "film")]  # type: ignore[arg-type]
    assert roll_up_due(sqlite_db) == 1
    assert [summary(sqlite_db, ME, ReportFilter(by=by)) for by in ("day", "film")] == before  # type: ignore[arg-type]
    assert len(before[0].buckets) == len(before[1].buckets) == rows


def test_jobs_are_summed_up_a_few_at_a_time(sqlite_db: Database) -> None:
    for n in range(3):
        scored(sqlite_db, 3, n)
    assert [roll_up_due(sqlite_db, limit=2) for _ in range(3)] == [2, 1, 0]
