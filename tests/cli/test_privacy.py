"""`reelfeel privacy`: what is kept about one user, exported and deleted, on a real database."""

from __future__ import annotations

import zipfile
from pathlib import Path

from db.engine import Database
from tests.cli.conftest import Run
from tests.db.steps import OWNER, file_job


def test_export_and_delete(filled: Database, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "all.zip"
    assert "4 reviews, 2 files" in run("privacy", "export", str(OWNER), "-o", str(path))
    with zipfile.ZipFile(path) as packed:
        assert b"quokka" in packed.read("reviews.jsonl")
    assert "cannot be written" in run("privacy", "export", str(OWNER), "-o", str(path), code=1)
    run("privacy", "delete", str(OWNER), typed="n\n", code=1)
    running = file_job(filled, 2)
    assert f"Job {running} is still running" in run("privacy", "delete", str(OWNER), "--yes", code=1)
    assert "Deleted: 6 texts" in run("privacy", "delete", str(OWNER), "--yes", "--cancel")
    assert "0 texts" in run("privacy", "delete", str(OWNER), "-y")
    log = run("audit")
    assert log.count("privacy delete") == 2
    assert "privacy export" in log
    assert len(run("audit", "--limit", "1").splitlines()) == 1


def test_an_export_is_named_after_the_user(filled: Database, run: Run, tmp_path: Path) -> None:
    run("privacy", "export", str(OWNER))
    assert zipfile.is_zipfile(tmp_path / f"reelfeel-{OWNER}.zip")
