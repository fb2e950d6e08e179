"""`reelfeel worker` says in one sentence why it cannot start."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from common.process import exit_codes
from tests.fixtures.commands import done
from worker import run
from worker.processes.metrics_folder import metrics_folder


def refusal(**env: str) -> tuple[int, str]:
    """Exit code and standard error of a worker in this environment."""
    clean = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL")}
    ended = done("worker", env=clean | env)
    assert "Traceback" not in ended.stderr
    return ended.returncode, ended.stderr


def test_without_a_broker_address(sqlite_url: str) -> None:
    code, said = refusal(DATABASE_URL=sqlite_url)
    assert code == exit_codes.CONFIGURATION
    assert "REDIS_URL is not set" in said


def test_with_an_address_that_is_none(redis_url: str) -> None:
    code, said = refusal(DATABASE_URL="my database", REDIS_URL=redis_url)
    assert code == exit_codes.CONFIGURATION
    assert "DATABASE_URL is not a database URL" in said


def test_without_a_model(sqlite_url: str, redis_url: str, tmp_path: Path) -> None:
    code, said = refusal(DATABASE_URL=sqlite_url, REDIS_URL=redis_url, REELFEEL_MODEL_DIR=str(tmp_path))
    assert code == exit_codes.CONFIGURATION
    assert str(tmp_path) in said


def test_with_an_old_schema(empty_sqlite_url: str, redis_url: str) -> None:
    code, said = refusal(DATABASE_URL=empty_sqlite_url, REDIS_URL=redis_url)
    assert code == exit_codes.CONFIGURATION
    assert "reelfeel db upgrade" in said


def test_without_a_database(redis_url: str) -> None:
    code, said = refusal(DATABASE_URL="postgresql://user:hunter2@127.0.0.1:1/none", REDIS_URL=redis_url)
    assert code == exit_codes.UNAVAILABLE
    assert "hunter2" not in said


def test_without_a_broker(sqlite_url: str) -> None:
    code, said = refusal(DATABASE_URL=sqlite_url, REDIS_URL="redis://:hunter2@127.0.0.1:1/0")
    assert code == exit_codes.UNAVAILABLE
    assert "redis://127.0.0.1:1/0 does not answer" in said
    assert "hunter2" not in said


def test_scoring_processes_compute_on_one_thread_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[dict[str, str]] = []
    monkeypatch.setattr(run, "Child", lambda name, command, env, niceness: given.append(env))
    with metrics_folder() as meters:
        for name in ("fast", "bulk"):
            run._celery(name, name, 1, 2, meters)
    assert [(env["OPENBLAS_NUM_THREADS"], env["OMP_NUM_THREADS"]) for env in given] == [("1", "1")] * 2
