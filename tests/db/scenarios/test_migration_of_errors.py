"""Migration 0010 with rows present, on both databases: jobs that gave up get a code, and back."""

from __future__ import annotations

import importlib.util
from types import ModuleType

from alembic import command
from sqlalchemy import text

from db.engine import Database
from db.migrate import SCRIPTS, check, config, upgrade
from db.queries.jobs import get_job
from db.queue import release_failed, retry
from tests.db.steps import ME, check_invariants, done_file, predictions, state, uploaded

HERE, BEFORE = "0010", "0009"


def migration() -> ModuleType:
    (path,) = (SCRIPTS / "versions").glob(f"{HERE}_*.py")
    spec = importlib.util.spec_from_file_location("migration", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def fail(db: Database, job_id: int, code: str, sentence: str) -> None:
    """Makes a job one that failed as the version before the migration had it."""
    failed = "UPDATE jobs SET state = 'failed', error_code = :code, error = :error WHERE id = :id"
    with db.engine.begin() as connection:
        connection.execute(text(failed), {"code": code, "error": sentence, "id": job_id})


def stored(db: Database, job_id: int) -> tuple[str | None, str | None]:
    with db.engine.connect() as connection:
        row = connection.execute(text("SELECT error_code, error FROM jobs WHERE id = :id"), {"id": job_id}).one()
    return row[0], row[1]


def test_old_jobs_that_gave_up_can_be_gone_on_with(any_url: str) -> None:
    sentences: dict[str, str] = migration().SENTENCES
    db = Database(any_url)
    done = done_file(db, 6)
    read, written, other = (done_file(db, 2) for _ in range(3))
    db.dispose()
    command.downgrade(config(any_url), BEFORE)
    fail(db, read, "OSError", sentences["gave_up_ingest"])
    fail(db, written, "worker_died", sentences["gave_up_finish"])
    fail(db, other, "unknown_column", "The file has no column 'y; it has z'; it has 'a'.")
    db.dispose()

    upgrade(any_url)
    assert check(any_url) == []
    views = {job_id: get_job(db, ME, job_id) for job_id in (done, read, written, other)}
    assert (views[read].error_code, views[read].error_values) == ("gave_up_ingest", {"cause": "OSError"})
    assert (views[written].error_code, views[written].error_values) == ("gave_up_finish", {"cause": "worker_died"})
    assert (views[other].error_code, views[other].error_values) == ("unknown_column", None)
    assert [view.retryable for view in views.values()] == [False, True, True, False]
    assert views[other].error == "The file has no column 'y; it has z'; it has 'a'."
    assert predictions(db, done) == 6, "rows that point to a job are still there"
    check_invariants(db)
    db.dispose()


def test_going_back_gives_the_older_version_its_sentence(any_url: str) -> None:
    db = Database(any_url)
    accepted, held = uploaded(db)
    for _ in range(3):
        with db.engine.begin() as connection:
            connection.execute(
                text("UPDATE chunks SET state = 'running', tries = 3 WHERE id = :id"), {"id": held.chunk_id}
            )
        release_failed(db, held, code="OSError")
    assert state(db, accepted.job_id) == "failed"
    assert stored(db, accepted.job_id) == ("gave_up_ingest", None)
    db.dispose()
    command.downgrade(config(any_url), BEFORE)
    assert stored(db, accepted.job_id) == ("OSError", migration().SENTENCES["gave_up_ingest"])
    db.dispose()
    upgrade(any_url)
    retry(db, ME, accepted.job_id)
    job = get_job(db, ME, accepted.job_id)
    assert (job.state, job.error_code, job.error_values, job.error) == ("ingesting", None, None, None)
    db.dispose()
