"""One `up` per data folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from worker.local.lock import AlreadyRunning, FolderLock


def test_a_second_one_is_told_who_holds_the_folder(tmp_path: Path) -> None:
    path = tmp_path / "new" / "up.lock"
    with FolderLock(path):
        with pytest.raises(AlreadyRunning, match=rf"pid {os.getpid()}\)"), FolderLock(path):
            pass
        assert path.read_text() == str(os.getpid())
    with FolderLock(path):
        pass


def test_what_a_dead_holder_left_does_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "up.lock"
    path.write_text("1234567")
    with FolderLock(path):
        assert path.read_text() == str(os.getpid())
