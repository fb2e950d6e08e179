"""Notices: one for each job that ends."""

from __future__ import annotations

from db.delivery.cards import mark_delivered
from db.delivery.notices import undelivered
from db.engine import Database
from tests.db.steps import (
    done_file,
)


def test_a_notice_is_owed_once_and_settled_with_the_delivery(db: Database) -> None:
    job_id, other = done_file(db), done_file(db)
    first, second = undelivered(db)
    assert [(notice.kind, notice.job_id, notice.attempts) for notice in (first, second)] == [
        ("done", job_id, 0),
        ("done", other, 0),
    ]
    mark_delivered(db, job_id)
    mark_delivered(db, job_id)
    assert [notice.job_id for notice in undelivered(db)] == [other]
