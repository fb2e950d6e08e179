"""Folders for what lies on disk while a file is read: one for each file, gone afterwards, whoever dies meanwhile.

They lie in the system's folder for temporary files (`TMPDIR`). Whatever is written there has no name (O_TMPFILE), so
the system frees it with its process; what has one, because the file system knows no such files, is swept.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

PREFIX: Final = "reelfeel-scratch-"
_LOCK: Final = "lock"


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A new folder that only this user can read."""
    path = Path(tempfile.mkdtemp(prefix=PREFIX))
    try:
        # flock(2): the system drops it when its holder dies, however it dies.
        with (path / _LOCK).open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def sweep_scratch() -> int:
    """Removes the folders of readers that were killed; how many."""
    removed = 0
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        # Not there yet, not ours, or held: somebody else's.
        with suppress(OSError), (path / _LOCK).open("r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(path, ignore_errors=True)
            removed += 1
    return removed


def used_bytes(folder: Path, pid: int) -> int:
    """What a process holds on its scratch folder's disk, files without a name included; 0 where that is unknown."""
    try:
        disk = folder.stat().st_dev
        found = {(one.st_dev, one.st_ino): one for one in _opened(pid)}
        found |= {(one.st_dev, one.st_ino): one for one in (entry.stat() for entry in os.scandir(folder))}
    except OSError:  # it has ended
        return 0
    return sum(one.st_blocks * 512 for one in found.values() if one.st_dev == disk and stat.S_ISREG(one.st_mode))


def _opened(pid: int) -> Iterator[os.stat_result]:
    for name in os.listdir(f"/proc/{pid}/fd"):
        with suppress(OSError):  # closed meanwhile
            yield os.stat(f"/proc/{pid}/fd/{name}")
