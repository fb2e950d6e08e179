"""Sources of reports: days with both ends, films however they are written."""

from __future__ import annotations

from datetime import date

from db.engine import Database
from db.queries.report_sources import VisibleJobs, films_named
from db.queries.reports import summary
from db.queries.summaries import roll_up_due
from db.types import NewReview, ReportFilter
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
