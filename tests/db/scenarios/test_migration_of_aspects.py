"""Migration 0017 with rows present, on both databases: old rows have no aspects, the version before writes on."""

from __future__ import annotations

from sqlalchemy import text

from db.queries.jobs import get_job
from db.queries.reports import summary
from db.types import ReportFilter
from tests.db.steps import ME, done_file, done_file_from

BEFORE = "0016"


def test_old_rows_have_no_aspects_and_new_ones_do(any_url: str) -> None:
    db, old = done_file_from(BEFORE, any_url)
    report = summary(db, ME, ReportFilter())
    assert report.total == 6
    assert get_job(db, ME, old).aspects == report.aspects == ()
    new = done_file(db, 6)
    assert get_job(db, ME, new).aspects != ()
    assert sum(one.judged + one.n_neither for one in summary(db, ME, ReportFilter()).aspects) == 5
    with db.read() as session:
        told = session.execute(text("SELECT aspect, polarity, probability, start_char FROM reporting_aspects")).all()
    assert ("film", "negative", 0.125, 0) in [tuple(row) for row in told]
    db.dispose()
