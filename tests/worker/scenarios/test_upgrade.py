"""Two model folders, two versions: a job that one began is ended by it, or scored anew by the other, never mixed."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest
from sqlalchemy import update

from common.settings import Settings
from db.engine import Database
from db.queue import sweep
from db.tables import Chunk
from model import SHIPPED, Scorer
from model.serving.model_folder import seal, version
from tests.db.steps import check_invariants, file_job, models, predictions, state
from worker.jobs.chunk import process_chunk
from worker.limits import limits_of

LIMITS = limits_of(Settings(_env_file=None))  # type: ignore[call-arg]
ROWS = 6


@pytest.fixture(scope="module")
def newer(tmp_path_factory: pytest.TempPathFactory) -> Scorer:
    """The shipped model with another band of uncertainty: a folder, and a version, of its own."""
    folder: Path = tmp_path_factory.mktemp("newer")
    for file in SHIPPED.iterdir():
        if file.is_file() and file.name not in ("serving.json", "manifest.json"):
            (folder / file.name).symlink_to(file)
    serving = json.loads((SHIPPED / "serving.json").read_text())
    (folder / "serving.json").write_text(json.dumps(serving | {"band": 0.123}))
    seal(folder, version(folder, "2099.01"))
    return Scorer(folder)


def ring(db: Database, *workers: Scorer, wait_s: float) -> None:
    """One round of rings, answered by these workers in turn."""
    with db.begin() as session:  # as if the second after a chunk was handed back were over
        session.execute(update(Chunk).where(Chunk.state == "pending").values(rung_at=None))
    for place, one in enumerate(sweep(db, slots=1)):
        if one.kind == "score":
            process_chunk(db, workers[place % len(workers)], one.chunk_id, limits=LIMITS, model_wait_s=wait_s)
    check_invariants(db)


def test_a_rolling_upgrade_lets_the_old_worker_end_its_job(sqlite_db: Database, scorer: Scorer, newer: Scorer) -> None:
    assert scorer.version != newer.version
    job_id = file_job(sqlite_db, ROWS, chunk_rows=1)
    for _ in range(3 * ROWS):
        ring(sqlite_db, scorer, newer, wait_s=60)
    assert predictions(sqlite_db, job_id) == ROWS
    assert models(sqlite_db, job_id) == {scorer.version}


def test_an_upgrade_of_all_workers_scores_the_job_anew(
    sqlite_db: Database, scorer: Scorer, newer: Scorer, caplog: pytest.LogCaptureFixture
) -> None:
    job_id = file_job(sqlite_db, ROWS, chunk_rows=1)
    ring(sqlite_db, scorer, wait_s=60)
    assert predictions(sqlite_db, job_id) == 3
    ring(sqlite_db, newer, wait_s=60)
    assert models(sqlite_db, job_id) == {scorer.version}, "the old worker may come back"
    with caplog.at_level(logging.WARNING):
        for _ in range(3 * ROWS):
            ring(sqlite_db, newer, wait_s=0)
            assert len(models(sqlite_db, job_id)) <= 1
    assert state(sqlite_db, job_id) == "finishing"
    assert predictions(sqlite_db, job_id) == ROWS
    assert models(sqlite_db, job_id) == {newer.version}
    assert f"scored anew by {newer.version}" in caplog.text
