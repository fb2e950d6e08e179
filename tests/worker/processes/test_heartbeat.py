"""What a worker tells of itself (the row itself: tests/operating)."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from db.privacy.clock_guard import UP
from worker.processes.heartbeat import Activity, WorkerFacts
from worker.processes.metrics_folder import Totals, metrics_folder
from worker.processes.supervisor import Child


def test_a_worker_is_ready_when_all_its_children_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    children = [Child("interactive", []), Child("bulk", [])]
    with metrics_folder() as folder:
        worker = WorkerFacts(folder, children, slots=3, errors=lambda: 0.0)
        children[0].ready, children[0].starts = True, 3
        facts = worker.facts()
        assert (facts["ready"], facts["restarts"], facts["slots"], facts["pid"]) == (False, 2, 3, os.getpid())
        assert float(facts[UP] or 0) > 0, "the clock guard believes processes by it"
        children[1].ready = True
        assert worker.facts()["ready"] is True


def test_a_chunk_that_ended_between_two_looks_is_work_too() -> None:
    activity = Activity(0.0)
    activity.note(Totals(chunks=0), 0, 10.0)
    activity.note(Totals(chunks=0), 0, 20.0)
    assert activity.facts()["idle_s"] == 10.0, "the first look counts as work: nothing is known of before"
    activity.note(Totals(chunks=1), 0, 30.0)
    assert activity.facts()["idle_s"] == 0.0
