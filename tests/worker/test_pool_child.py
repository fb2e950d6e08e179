"""What only the children of the pool load, and what they do first."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from sqlalchemy import select

from db.engine import Database
from db.queue.accept import accept_review
from db.tables import Prediction
from tests.fixtures.reviews import origin
from tests.worker.test_app import environment_of

CHILD = """
import os, sys
import worker.pool_child
HEAVY = ("numba", "onnxruntime", "alembic", "worker.files.readers", "worker.jobs.ingest", "worker.jobs.finish")
print([name for name in HEAVY if name in sys.modules])
worker.pool_child.open_tools()
print([name for name in HEAVY if name in sys.modules and name.startswith("worker")])
worker.pool_child.load_file_work()
print([name for name in HEAVY if name in sys.modules and name.startswith("worker")])
sys.stdout.flush()
os._exit(0)  # a thread gets ready to explain
"""


def test_a_child_scores_what_waits_first_and_loads_what_files_need_when_it_is_told_to(
    tmp_path: Path, sqlite_db: Database
) -> None:
    """Each takes time before the first verdict of a worker, or of a file."""
    waits = accept_review(sqlite_db, origin(), "A quiet film with a loud end, and fine.")
    env = environment_of(tmp_path, REDIS_URL="redis://127.0.0.1:1/0")
    env["DATABASE_URL"] = sqlite_db.url.render_as_string()
    done = subprocess.run(
        [sys.executable, "-c", CHILD], cwd=tmp_path, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "[]",
        "[]",
        "['worker.files.readers', 'worker.jobs.ingest', 'worker.jobs.finish']",
    ]
    with sqlite_db.read() as session:
        scored = session.scalars(select(Prediction.job_id)).all()
    assert scored == [waits.job_id], "no message came, and the review that waited was left alone"
