"""Celery's command line for our application: its exit codes are those of the process."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


@pytest.mark.parametrize(("arguments", "code", "words"), [(["--version"], 0, "5."), (["worker", "--odd"], 2, "--odd")])
def test_it_is_celerys_command_line(arguments: list[str], code: int, words: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "worker.processes.celery_command", "-A", "worker.app", *arguments],
        env=os.environ | {"REDIS_URL": "redis://127.0.0.1:1/0"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == code, done.stderr
    assert words in done.stdout + done.stderr
