"""The overview counts what is there."""

from __future__ import annotations

from db.engine import Database
from db.operations.heartbeats import record
from db.operations.overview import overview
from tests.fixtures.reviews import accept_csv, accept_text


def test_the_overview_counts_what_is_there(db: Database) -> None:
    job = accept_csv(db, 20).job_id
    accept_text(db)
    record(db, "a", "worker", "here", {"ready": True})
    seen = overview(db)
    assert seen.figures.unfinished == {"ingesting": 1, "active": 1}
    assert set(seen.figures.oldest_s) == {"file", "message"}
    assert [one.id for one in seen.running] == [job]
    assert seen.schema.isdigit()
    assert "hunter2" not in seen.database
