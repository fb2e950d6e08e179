"""Deleting one result."""

from __future__ import annotations

from sqlalchemy import select

from db.engine import Database
from db.privacy.erase_result import delete_result
from db.queries.aspect_sums import of_reviews
from db.queries.reports import summary
from db.queries.search import search
from db.tables import Review
from db.types import ReportFilter, SearchFilter
from tests.db.steps import ME, done_file, done_review


def test_a_deleted_text_is_found_no_more_and_still_counts(db: Database) -> None:
    result = done_review(db, "a very special word")
    assert len(search(db, ME, SearchFilter(query="special")).items) == 1
    delete_result(db, ME, result)
    assert search(db, ME, SearchFilter(query="special")).items == []
    assert summary(db, ME, ReportFilter()).total == 1


def test_places_of_clauses_go_with_the_text_of_one_result_too(db: Database) -> None:
    """What is praised and blamed stays; where in a text it stood says something of the text."""
    job_id = done_file(db, 4)
    with db.read() as session:
        ids = session.scalars(select(Review.id).where(Review.job_id == job_id)).all()
        before = of_reviews(session, ids)
    result = min(before)
    delete_result(db, ME, result)
    with db.read() as session:
        after = of_reviews(session, ids)
    assert after == before | {result: tuple(one._replace(start=None, end=None) for one in before[result])}
    assert all(one.start is not None for one in before[result])
    assert len(before) > 1
