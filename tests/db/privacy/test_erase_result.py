"""Deleting one result."""

from __future__ import annotations

from db.engine import Database
from db.privacy.erase_result import delete_result
from db.queries.reports import summary
from db.queries.search import search
from db.types import ReportFilter, SearchFilter
from tests.db.steps import ME, done_review


def test_a_deleted_text_is_found_no_more_and_still_counts(db: Database) -> None:
    result = done_review(db, "a very special word")
    assert len(search(db, ME, SearchFilter(query="special")).items) == 1
    delete_result(db, ME, result)
    assert search(db, ME, SearchFilter(query="special")).items == []
    assert summary(db, ME, ReportFilter()).total == 1
