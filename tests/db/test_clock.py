"""Times: aware, in UTC, of the database's clock."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update

from db.clock import db_time
from db.engine import Database
from db.queries.jobs import get_job
from db.tables import Job
from tests.db.steps import (
    ME,
    file_job,
)


def test_times_are_aware_and_the_databases_own(db: Database) -> None:
    job = get_job(db, ME, file_job(db, 1))
    assert job.created_at.tzinfo is UTC
    assert abs((datetime.now(UTC) - job.created_at).total_seconds()) < 60
    with db.read() as session:
        ahead = session.scalar(select(db_time(90.5)))
        now = session.scalar(select(db_time()))
    assert ahead is not None
    assert now is not None
    assert 80 < (ahead - now).total_seconds() < 91
    with pytest.raises(Exception, match="without a zone"), db.begin() as session:
        session.execute(update(Job).values(finished_at=datetime(2020, 1, 1)))  # noqa: DTZ001
