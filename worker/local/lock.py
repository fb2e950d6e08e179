"""One `up` per data folder."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import IO

from common.settings import private_folder


class AlreadyRunning(Exception):
    """Another process holds the folder; the message is one plain sentence with its process id."""


class FolderLock:
    """flock(2) on a file that names its holder; the system drops it when the holder dies, however it dies."""

    def __init__(self, path: Path) -> None:
        private_folder(path.parent)
        self._path = path
        self._file: IO[str] | None = None

    def __enter__(self) -> FolderLock:
        file = self._path.open("a+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            file.close()
            raise AlreadyRunning(f"reelfeel is already running (pid {holder}); stop it first, or use it.") from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        self._file = file
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
