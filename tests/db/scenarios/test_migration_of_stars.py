"""Migration 0016 with rows present, on both databases: old rows have no stars, the version before writes on."""

from __future__ import annotations

from sqlalchemy import text

from db.engine import Database
from db.queries.jobs import get_job
from db.queries.reports import summary
from db.types import NO_STARS, ReportFilter
from tests.db.steps import ME, done_file, done_file_from, file_job, score_all, verdict

BEFORE = "0014"
OLD_VERDICT = """
    INSERT INTO predictions (review_id, job_id, owner_id, guild_id, shared, shared_in, film, day, label, probability,
                             bin, flags, model, explanation, created_at)
    SELECT review_id + :ahead, job_id, owner_id, guild_id, shared, shared_in, film, day, label, probability, bin,
           flags, model, explanation, created_at FROM predictions WHERE review_id = :id
"""


def test_old_rows_have_no_stars_and_new_ones_do(any_url: str) -> None:
    db, old = done_file_from(BEFORE, any_url)
    assert get_job(db, ME, old).stars == summary(db, ME, ReportFilter()).stars == NO_STARS
    with db.read() as session:
        assert (
            session.scalar(text("SELECT count(*) FROM predictions WHERE stars IS NOT NULL OR mixed IS NOT NULL")) == 0
        )
        assert session.scalar(text("SELECT sum(with_stars) FROM reporting_days")) == 0
    done_file(db, 6)
    assert summary(db, ME, ReportFilter()).stars.n == 3
    db.dispose()


def test_the_version_before_writes_on(db: Database) -> None:
    """Its insert names none of the new columns; what it stores has no stars, and everything else holds."""
    job_id = file_job(db, 2, chunk_rows=1)
    score_all(db, job_id, verdict)
    with db.begin() as session:
        first, second = session.execute(text("SELECT id FROM reviews ORDER BY id")).scalars().all()
        session.execute(text("DELETE FROM predictions WHERE review_id = :id"), {"id": second})
        session.execute(text("UPDATE jobs SET star_sums = NULL"))
        session.execute(text(OLD_VERDICT), {"id": first, "ahead": second - first})
    report = summary(db, ME, ReportFilter())
    assert (report.total, report.stars) == (2, NO_STARS)
