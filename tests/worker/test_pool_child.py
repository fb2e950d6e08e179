"""What only the children of the pool load."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.worker.test_app import environment_of

CHILD = """
import sys
import worker.pool_child
HEAVY = ("numba", "onnxruntime", "alembic", "worker.files.readers", "worker.jobs.ingest", "worker.jobs.finish")
print([name for name in HEAVY if name in sys.modules])
worker.pool_child.load_file_work()
print([name for name in HEAVY if name in sys.modules])
"""


def test_a_child_loads_what_files_need_when_it_is_told_to(tmp_path: Path) -> None:
    """Each takes time before the first verdict of a worker, or of a file."""
    env = environment_of(tmp_path, REDIS_URL="redis://127.0.0.1:1/0")
    done = subprocess.run(
        [sys.executable, "-c", CHILD], cwd=tmp_path, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    at_first, afterwards = done.stdout.splitlines()
    assert at_first == "[]"
    assert afterwards == "['worker.files.readers', 'worker.jobs.ingest', 'worker.jobs.finish']"
