"""The Celery application, as a Celery process imports it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

TASKS = """
import sys
import celery.apps.worker  # as a Celery process does
from worker.app import app
app.loader.import_default_modules()
print(*sorted(name for name in app.tasks if name.startswith("reelfeel.")))
HEAVY = ("numba", "onnxruntime", "pandas", "alembic", "numpy", "sqlalchemy", "db", "model",
         "prompt_toolkit", "celery.bin.celery")
print([name for name in HEAVY if name in sys.modules])
import gc, runpy
runpy.run_module("worker.processes.celery_process", run_name="__mp_main__")
print(gc.isenabled())
from worker import tasks
tasks._open()
print(gc.isenabled())
"""


def environment_of(tmp_path: Path, **environment: str) -> dict[str, str]:
    env = {key: value for key, value in os.environ.items() if key != "REDIS_URL"} | environment
    return env | {
        "REELFEEL_WARM_START": "false",
        "DATABASE_URL": f"sqlite:///{tmp_path}/x.db",
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }


def imported(tmp_path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    env = environment_of(tmp_path, **environment)
    return subprocess.run(
        [sys.executable, "-c", TASKS], cwd=tmp_path, env=env, capture_output=True, text=True, check=False
    )


def test_it_has_every_task_and_carries_no_model(tmp_path: Path) -> None:
    done = imported(tmp_path, REDIS_URL="redis://127.0.0.1:1/0")
    assert done.returncode == 0, done.stderr
    names, loaded, *collects = done.stdout.splitlines()
    assert names.split() == [
        "reelfeel.explain_review",
        "reelfeel.finish_job",
        "reelfeel.ingest_upload",
        "reelfeel.score_ahead",
        "reelfeel.score_chunk",
        "reelfeel.score_review",
        "reelfeel.sweep",
    ]
    # Each costs every process of a worker time before its first verdict.
    assert loaded == "[]"
    # A process of the pool looks for no garbage while it loads all that, and for some as soon as it takes messages.
    assert collects == ["False", "True"]


def test_without_a_broker_it_says_so(tmp_path: Path) -> None:
    done = imported(tmp_path)
    assert done.returncode == 1
    assert done.stderr.strip() == "REDIS_URL is not set."
