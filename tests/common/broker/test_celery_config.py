"""Celery's settings: tasks are imported from what is installed, and limits of time follow the lease."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from common.broker import names
from common.broker.celery_config import celery_app

URL = "redis://127.0.0.1:1/0"


def test_a_task_is_not_imported_from_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lying_about.py").write_text("raise SystemExit('it was run')\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [one for one in sys.path if one])
    loader = celery_app(URL, sender=True).loader
    with pytest.raises(ModuleNotFoundError):
        loader.import_task_module("lying_about")
    assert loader.import_task_module("common.broker.names") is names


def test_limits_of_time_are_within_the_lease() -> None:
    limits = celery_app(URL, lease_s=30, sender=True).conf.task_annotations
    long = {names.INGEST_UPLOAD, names.FINISH_JOB}
    every = {name for name in vars(names).values() if str(name).startswith("reelfeel.")}
    assert set(limits) == every - long
    for one in limits.values():
        assert one == {"soft_time_limit": 20.0, "time_limit": 25.0}


def test_only_json_is_read_and_a_message_is_kept_until_its_work_is_done() -> None:
    conf = celery_app(URL, sender=True).conf
    assert conf.accept_content == ["json"]
    assert conf.task_acks_late
    assert conf.worker_prefetch_multiplier == 1
    assert not conf.worker_enable_remote_control
