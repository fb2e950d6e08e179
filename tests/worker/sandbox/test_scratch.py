"""Scratch folders: private, swept when their holder is dead, measured with what has no name."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from worker.sandbox.scratch import PREFIX, scratch_folder, sweep_scratch, used_bytes


@pytest.fixture(autouse=True)
def _own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def test_a_folder_is_private_and_gone_afterwards() -> None:
    with scratch_folder() as folder:
        assert folder.stat().st_mode & 0o777 == 0o700
        (folder / "x").write_bytes(b"x")
    assert not folder.exists()


def test_the_sweep_removes_what_a_dead_holder_left_and_nothing_else(tmp_path: Path) -> None:
    left = tmp_path / f"{PREFIX}left"
    left.mkdir()
    (left / "lock").touch()
    (left / "upload").write_bytes(b"plain words")
    other = tmp_path / "other"
    other.mkdir()
    (other / "lock").touch()
    with scratch_folder() as held:
        assert sweep_scratch() == 1
        assert held.exists()
    assert not left.exists()
    assert other.exists()


def test_files_without_a_name_count_too() -> None:
    with scratch_folder() as folder, tempfile.TemporaryFile(dir=folder) as file:
        before = used_bytes(folder, os.getpid())
        file.write(os.urandom(3 << 20))
        file.flush()
        (folder / "named").write_bytes(os.urandom(1 << 20))
        assert used_bytes(folder, os.getpid()) - before == 4 << 20
        shutil.rmtree(folder)
        assert used_bytes(folder, os.getpid()) == 0
