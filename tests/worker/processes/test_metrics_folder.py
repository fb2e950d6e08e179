"""The folder in which the processes of a worker count, and the sums over it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from worker.processes.metrics_folder import VARIABLE, Totals, metrics_folder

COUNT = "from worker import metrics as m; m.REVIEWS.labels('bulk').inc({n}); m.ERRORS.labels('x').inc(2)"


@pytest.fixture(autouse=True)
def own_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def test_the_sums_outlive_their_processes_what_is_in_work_does_not() -> None:
    with metrics_folder() as folder:
        assert folder.totals() == Totals()
        for n in (3, 4):
            subprocess.run(
                [sys.executable, "-c", COUNT.format(n=n)], env=os.environ | {VARIABLE: str(folder.path)}, check=True
            )
        assert list(folder.path.glob("gauge_live*.db"))
        assert folder.totals() == Totals(reviews=7.0, errors=4.0)
        assert not list(folder.path.glob("gauge_live*.db"))
    assert not folder.path.exists()


def test_what_a_killed_one_left_is_removed_and_what_is_held_stays() -> None:
    with metrics_folder() as held:
        left = held.path.with_name(held.path.name.replace("meters-", "meters-left"))
        left.mkdir()
        (left / "lock").touch()
        with metrics_folder() as other:
            assert held.path.exists()
            assert not left.exists()
            assert other.path != held.path
