"""The spool: files on their way to Discord lie on disk, not in memory, and nowhere once nobody holds them.

A file has a name only while it is written; then it is unlinked, and the kernel takes it away with its last reader, also
when the bot is killed.
"""

from __future__ import annotations

import fcntl
import io
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, TypeVar

T = TypeVar("T")

PREFIX: Final = "reelfeel-bot-"
LOCK: Final = "lock"


class SpooledFile:
    """A file without a name. `open` gives a new reader each time; the file lives as long as this object or a reader."""

    def __init__(self, path: Path) -> None:
        """Takes the file at `path` over: its name is gone."""
        self._descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        os.unlink(path)
        self.size: Final = os.fstat(self._descriptor).st_size

    def open(self) -> io.BufferedReader:
        """A reader from the start, with a place of its own."""
        return Part(self, 0, self.size).open()

    def parts(self, most: int) -> list[Part]:
        """The file in pieces of at most `most` bytes, in order; one empty piece of an empty file."""
        return [Part(self, start, min(self.size, start + most)) for start in range(0, max(1, self.size), most)]

    def read(self) -> bytes:
        """All of it."""
        with self.open() as file:
            return file.read()

    def __del__(self) -> None:
        descriptor = getattr(self, "_descriptor", None)
        if descriptor is not None:
            os.close(descriptor)


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes `start` to `end` of a file, as a file of their own."""

    file: SpooledFile
    start: int
    end: int

    def open(self) -> io.BufferedReader:
        """A reader from the start of the part, with a place of its own."""
        return io.BufferedReader(_Reader(self))


class _Reader(io.RawIOBase):
    """Reads by position, so that many can read one file.

    Whoever sends a file announces the size of the whole file less the place it starts at (aiohttp). So places are
    counted as if the end of the part were the end of the file.
    """

    def __init__(self, part: Part) -> None:
        self._file, self._part = part.file, part
        self._shift = part.file.size - part.end
        self._at = self._first = part.start + self._shift

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        at = self._at - self._shift
        data = os.pread(self._file._descriptor, max(0, min(len(view), self._part.end - at)), at)
        view[: len(data)] = data
        self._at += len(data)
        return len(data)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """To a place within the part; what lies before it is its start."""
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._file.size}[whence]
        self._at = max(self._first, start + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def fileno(self) -> int:
        """For its size alone (aiohttp announces it); the position is ours."""
        return self._file._descriptor


class Spool:
    """A folder of this process for files that are being written; made with the first."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._lock: int | None = None
        self._count = 0

    @contextmanager
    def writing(self) -> Iterator[Path]:
        """A path to write to; nothing stays there."""
        path = self._new()
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)

    def filled(self, fill: Callable[[IO[bytes]], T]) -> tuple[SpooledFile, T]:
        """What `fill` writes, and what it returns; blocking."""
        with self.writing() as path:
            with path.open("xb") as out:
                result = fill(out)
            return SpooledFile(path), result

    def close(self) -> None:
        """Takes the folder away."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _new(self) -> Path:
        if self._folder is None:
            sweep()
            self._folder = Path(tempfile.mkdtemp(prefix=PREFIX))
            self._lock = os.open(self._folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self._count += 1
        return self._folder / str(self._count)


def sweep() -> None:
    """Takes away the folders of bots that were killed while a file was being written."""
    for folder in Path(tempfile.gettempdir()).glob(PREFIX + "*"):
        try:
            lock = os.open(folder / LOCK, os.O_RDWR | os.O_CLOEXEC)
        except OSError:  # being made, or somebody else's
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
        except OSError:  # its bot is alive
            pass
        finally:
            os.close(lock)
