"""Write priority on SQLite: those whom somebody waits for write before those who work through a file.

SQLite has one write lock and no order among the waiting, so whoever writes again and again beats whoever asks once.
Urgent writers hold a shared lock on a file beside the database from before they ask until they are done; a bulk writer
begins only when nobody holds it. The kernel drops the lock of a process that dies. It is a courtesy: where it cannot be
had, or has been waited for long enough, SQLite's own lock decides as before.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from tenacity import Retrying, retry_if_not_result, stop_after_delay, wait_fixed

SUFFIX: Final = "-urgent"
YIELD_S: Final = 0.5
"""Longest that one bulk transaction lets urgent ones go first, seconds."""
STEP_S: Final = 0.002


class PriorityLock:
    """The lock file of one SQLite database. Safe between threads and processes."""

    def __init__(self, database: str) -> None:
        """`database`: path of the SQLite file."""
        self._path = database + SUFFIX

    @contextmanager
    def urgent(self) -> Iterator[None]:
        """While this is held no bulk transaction begins."""
        lock = self._open()
        try:
            if lock is not None:
                _patiently(lambda: _lock(lock, fcntl.LOCK_SH), 10 * STEP_S)
            yield
        finally:
            if lock is not None:
                os.close(lock)

    def wait(self) -> None:
        """Returns when no urgent writer is waiting or writing, after `YIELD_S` in any case."""
        lock = self._open()
        if lock is None:
            return
        try:
            _patiently(lambda: _lock(lock, fcntl.LOCK_EX), YIELD_S)
        finally:
            os.close(lock)

    def _open(self) -> int | None:
        try:
            return os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError:
            return None


def _lock(lock: int, kind: int) -> bool:
    try:
        fcntl.flock(lock, kind | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _patiently(attempt: Callable[[], bool], patience_s: float) -> None:
    """Tries until it succeeds or the time is up; never blocks in the kernel, where a stopped process could hold it."""
    Retrying(
        retry=retry_if_not_result(bool),
        stop=stop_after_delay(patience_s),
        wait=wait_fixed(STEP_S),
        retry_error_callback=lambda _: False,
    )(attempt)
