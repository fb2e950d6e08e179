"""Aspects in reports: exact whatever is summed up, one film beside all others, quotes from readable texts only."""

from __future__ import annotations

from datetime import date

import pytest

from db.engine import Database
from db.privacy.purge import erase_texts
from db.queries import aspect_reports
from db.queries.reports import summary
from db.queries.summaries import reset_summary, roll_up_due
from db.tables import Review, aspects
from db.types import AspectCount, Judged, NewReview, ReportFilter, ReviewRow, Score
from tests.db.steps import ME, MEMBER, check_invariants, file_job, score_all

TEXT = "Fine acting. Dull story."


def scored(row: ReviewRow) -> Score:
    """Every review praises the acting but each fourth; all of "Heat" blame the story, others praise it."""
    good = row.row_number % 4 > 0
    acting = Judged("acting", 0, 12, "positive" if good else "negative", 0.9 if good else 0.1)
    heat = row.film == "Heat"
    story = Judged("story", 13, 24, "negative" if heat else "positive", row.row_number / 100)
    return Score(row.review_id, "positive", 0.9, aspects=(acting, story))


def films(db: Database) -> int:
    rows = [NewReview(n, TEXT, film="Heat" if n <= 12 else "Alien") for n in range(1, 33)]
    job_id = file_job(db, rows, chunk_rows=20)
    score_all(db, job_id, scored)
    check_invariants(db)
    return job_id


def plain(found: tuple[AspectCount, ...]) -> list[tuple[object, ...]]:
    return [(one.name, one.n_for, one.n_against, one.n_neither) for one in found]


def test_counts_are_the_same_before_and_after_they_are_summed_up(db: Database) -> None:
    job_id = films(db)
    expected = [("acting", 24, 8, 0), ("story", 20, 12, 0)]
    assert plain(summary(db, ME, ReportFilter()).aspects) == expected
    roll_up_due(db)
    assert plain(summary(db, ME, ReportFilter()).aspects) == expected
    reset_summary(db, job_id)
    assert plain(summary(db, ME, ReportFilter()).aspects) == expected
    roll_up_due(db)
    assert plain(summary(db, ME, ReportFilter(job_id=job_id)).aspects) == expected
    assert summary(db, MEMBER, ReportFilter()).aspects == ()  # not theirs to see


def test_jobs_that_are_not_summed_up_count_the_same_with_and_without_a_period(db: Database) -> None:
    """Without one the jobs' own sums are read, with one the rows of their reviews."""
    films(db)
    films(db)
    whole = plain(summary(db, ME, ReportFilter()).aspects)
    assert whole == [("acting", 48, 16, 0), ("story", 40, 24, 0)]
    assert plain(summary(db, ME, ReportFilter(since=date(2000, 1, 1))).aspects) == whole
    assert summary(db, ME, ReportFilter(until=date(2000, 1, 1))).aspects == ()


def test_a_film_stands_beside_all_others(db: Database) -> None:
    films(db)
    roll_up_due(db)
    acting, story = summary(db, ME, ReportFilter(film="heat")).aspects
    assert (acting.n_for, acting.n_against, acting.others_for, acting.others_against) == (9, 3, 15, 5)
    assert (story.n_for, story.n_against, story.others_for, story.others_against) == (0, 12, 20, 0)


def test_quotes_are_the_surest_of_texts_that_can_be_read(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    films(db)
    praise, blame = summary(db, ME, ReportFilter()).aspects[1].quotes
    assert praise is not None
    assert blame is not None
    assert (praise.review_id, praise.words, praise.film) == (32, "Dull story.", "Alien")
    assert (blame.review_id, blame.film, blame.owner_id) == (1, "Heat", ME.user_id)
    with db.begin() as session:
        erase_texts(session, Review.id == 32)
    again = summary(db, ME, ReportFilter()).aspects[1]
    assert again.quotes[0] is not None
    assert again.quotes[0].review_id == 31
    assert again.n_for == 20  # the figure stays
    with db.read() as session:
        gone = session.execute(aspects.select().where(aspects.c.review_id == 32)).all()
        assert len(gone) == 2
        assert all(row.begins is row.ends is None for row in gone)
    monkeypatch.setattr(aspect_reports, "QUOTED", 5)  # only the newest are looked at
    assert summary(db, ME, ReportFilter()).aspects[1].quotes[1] is None
