"""Sources of reports: days with both ends, films however they are written."""

from __future__ import annotations

from datetime import date

import pytest

from common.film_names import KnownFilms
from db.engine import Database
from db.queries import report_sources, reports
from db.queries.films import list_films
from db.queries.report_sources import VisibleJobs, films_named, find_film
from db.queries.reports import summary
from db.queries.search import other_films, search
from db.queries.summaries import roll_up_due
from db.types import NewReview, ReportFilter, SearchFilter
from tests.db.steps import ME, done_file

DAYS = [date(2026, 1, day) for day in (1, 2, 3)]


def test_first_and_last_day_belong_to_the_period(db: Database) -> None:
    done_file(db, [NewReview(n, "fine", "Heat", day) for n, day in enumerate(DAYS, 1)])
    for _ in range(2):  # from the verdicts, then from the summary
        for since, until, total in ((0, 2, 3), (1, 2, 2), (0, 1, 2), (1, 1, 1)):
            assert summary(db, ME, ReportFilter(since=DAYS[since], until=DAYS[until])).total == total
            assert summary(db, ME, ReportFilter("Heat", since=DAYS[since], until=DAYS[until])).total == total
        roll_up_due(db)


def test_a_film_is_found_however_it_is_written(db: Database) -> None:
    done_file(db, [NewReview(1, "fine", "Heat"), NewReview(2, "fine", "HEAT"), NewReview(3, "fine", "Heat 2")])
    for _ in range(2):
        with db.read() as session:
            assert films_named(session, VisibleJobs(ME), " heat ") == ["HEAT", "Heat"]
            assert films_named(session, VisibleJobs(ME, 99), "heat") == []
        roll_up_due(db)


def test_made_up_names_hide_no_film(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    made_up = [f"{sign * 4} {n}" for n, sign in enumerate("映画日本語")] + [f"Heat (in {n} reels)" for n in range(5)]
    done_file(db, [NewReview(n, "fine", name) for n, name in enumerate([*made_up, "Heat", "heat (1995)"], 1)])
    monkeypatch.setattr(report_sources, "SEALED_LOOKED_AT", 4)
    for _ in range(2):
        assert summary(db, ME, ReportFilter("HEAT")).total == 2
        roll_up_due(db)


WRITTEN = (
    ("Heat", "heat (1995)", "Heat 1995", "ＨＥＡＴ（１９９５）", "HEAT [1995]", "Heat, 1995"),
    ("Matrix, The (1999)", "the matrix", "THE MATRIX - 1999", "Matrix, the"),
    ("Amélie", "AMELIE", "amélie (2001)"),
    ("2012 (2009)", "2012"),
    ("2012 Begins",),
    ("Blade Runner 2049",),
    ("Blade Runner (1982)", "blade runner"),
    ("Heat Wave (1995)",),
    ("\u200fכוכב (١٩٩٥)\u200f", "כוכב"),
    ("100% Wolf", "100% WOLF (2020)"),
    ("Room",),
    ("The Room",),
)


def test_films_are_told_apart_and_put_together(db: Database) -> None:
    """In reports by film, in the filters of reports and searches, in completion; from verdicts and from summaries."""
    names = [name for film in WRITTEN for name in film]
    done_file(db, [NewReview(n, "fine", name, DAYS[n % 3]) for n, name in enumerate(names, 1)])
    for _ in range(2):
        by_film = summary(db, ME, ReportFilter(by="film"))
        totals = {one.key: one.total for one in by_film.buckets}
        assert by_film.n_buckets == len(WRITTEN)
        for film in WRITTEN:
            (title,) = totals.keys() & {*film}
            assert totals[title] == len(film)
            assert any(len(film) == 1 or str(year) in title for year in range(1982, 2021)) or "١" in title
            for name in film:
                assert summary(db, ME, ReportFilter(name)).total == len(film), name
                assert {one.film for one in search(db, ME, SearchFilter(film=name)).items} == {*film}
        assert {*list_films(db, ME)} == {*totals}
        assert list_films(db, ME, "amelie") == list_films(db, ME, "AMÉL") == ["amélie (2001)"]
        assert summary(db, ME, ReportFilter("Heat (1986)")).total == 0
        roll_up_due(db)


def test_two_known_years_keep_a_name_without_one_apart(db: Database) -> None:
    rows = [("Heat", 1), ("heat", 2), ("Heat (1995)", 1), ("Heat (1986)", 2)]
    done_file(db, [NewReview(n, "fine", name, DAYS[day]) for n, (name, day) in enumerate(rows, 1)])
    for _ in range(2):
        found = summary(db, ME, ReportFilter("heat"))
        assert (found.total, found.other_films) == (2, ("Heat (1986)", "Heat (1995)"))
        assert summary(db, ME, ReportFilter("Heat (1995)")).other_films == ()
        assert other_films(db, ME, SearchFilter(film="HEAT")) == ("Heat (1986)", "Heat (1995)")
        assert search(db, ME, SearchFilter(film="HEAT")).other_films == ("Heat (1986)", "Heat (1995)")
        # Of one day on which the other year is not seen: the name means what it means elsewhere.
        day = summary(db, ME, ReportFilter(by="film", since=DAYS[1], until=DAYS[1]))
        assert sorted((one.key, one.total) for one in day.buckets) == [("Heat", 1), ("Heat (1995)", 1)]
        roll_up_due(db)


def test_more_names_than_are_put_together_stand_alone(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "MOST_NAMES", 2)
    done_file(db, [NewReview(n, "fine", name) for n, name in enumerate(["Up", "Up", "Up", "UP", "UP", "up"], 1)])
    found = summary(db, ME, ReportFilter(by="film"))
    assert ([(one.key, one.total) for one in found.buckets], found.n_buckets) == ([("Up", 5)], 2)
    assert found.total == 6


def test_what_is_asked_for_teaches_no_year(db: Database) -> None:
    done_file(db, [NewReview(1, "fine", "Heat")])
    with db.read() as session:
        assert find_film(session, VisibleJobs(ME), "Heat (1995)").stored == []
    assert KnownFilms(["Heat"]).key("Heat").year is None
