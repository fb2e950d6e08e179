"""Reserve: room beside an SQLite file that is given up when the disk is full, so that what frees room still works.

To delete a row, SQLite has to write it first. Without a reserve nobody could cancel or delete on a full disk, and it
would stay full. What frees space is marked (`frees_space`): when the disk refuses it, the reserve is released and it
is done again. Until the reserve is filled again, whatever takes much room is refused (`Database.begin`,
`db.queue.accept`).
PostgreSQL's disk is another's: it needs room of its own (docs/operating.md).
"""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from pathlib import Path
from typing import Concatenate, Final, ParamSpec, Protocol, TypeVar

from db.errors import DatabaseFull

P = ParamSpec("P")
T = TypeVar("T")
log = logging.getLogger(__name__)

SPARE: Final = 2
"""The reserve is filled again when so many times its size are free."""
_FREEING: Final[ContextVar[bool]] = ContextVar("freeing", default=False)


class Reserve:
    """The file beside the database; empty while it is released, absent where nobody asked for one."""

    def __init__(self, database: Path) -> None:
        self.database = database
        self.path = database.with_name(database.name + ".reserve")

    def fill(self, size: int) -> bool:
        """Takes `size` bytes when there is room for more than that; whether the reserve is there now."""
        if size <= 0 or self.held:
            return self.held
        if self.free_bytes() < SPARE * size:
            return False
        new = self.path.with_name(self.path.name + ".new")
        try:
            file = os.open(new, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
            try:
                os.posix_fallocate(file, 0, size)
            finally:
                os.close(file)
            new.replace(self.path)
        except OSError as error:
            new.unlink(missing_ok=True)
            log.warning("no reserve beside the database (%s)", type(error).__name__)
        return self.held

    def release(self) -> bool:
        """Gives the room up; False when there was none to give."""
        if not self.held:
            return False
        os.truncate(self.path, 0)
        log.error("the disk is full: the reserve beside the database is used for deleting")
        return True

    @property
    def held(self) -> bool:
        """Whether it is there and has its room."""
        return self._size() > 0

    @property
    def released(self) -> bool:
        """Whether its room is in use for deleting."""
        return self._size() == 0

    def free_bytes(self) -> int:
        """Free room of the database's disk."""
        return shutil.disk_usage(self.database.parent).free

    def _size(self) -> int:
        try:
            return self.path.stat().st_size
        except OSError:
            return -1


class Reserving(Protocol):
    """A database that may have a reserve: `db.engine.Database`."""

    reserve: Reserve | None


D = TypeVar("D", bound=Reserving)


def frees_space(work: Callable[Concatenate[D, P], T]) -> Callable[Concatenate[D, P], T]:
    """For what cancels or deletes: on a full disk the reserve is released, and it is done once more from its start."""

    @wraps(work)
    def run(db: D, /, *args: P.args, **kwargs: P.kwargs) -> T:
        token = _FREEING.set(True)
        try:
            return work(db, *args, **kwargs)
        except DatabaseFull:
            if db.reserve is None or not db.reserve.release():
                raise
            return work(db, *args, **kwargs)
        finally:
            _FREEING.reset(token)

    return run


def is_freeing() -> bool:
    """Whether the running task frees space, and may use what is reserved for that."""
    return _FREEING.get()
