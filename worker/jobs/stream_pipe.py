"""A pipe between a function that writes and one that reads: neither waits for the whole, and no disk holds it."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from queue import Empty, Queue
from types import TracebackType
from typing import Any, BinaryIO, Final, cast

PART_BYTES: Final = 1024 * 1024
QUEUED_PARTS: Final = 4
"""Parts that wait at most; the writer then waits for the reader."""


class _ReaderGone(Exception):
    """The reader has gone."""


class StreamPipe:
    """Runs `write` in a thread of its own, as a context manager; iterating gives what it writes, in parts.

    Iterating raises what `write` raises. Leaving the context ends a writer whose parts nobody wants any more.
    """

    def __init__(self, write: Callable[[BinaryIO], str]) -> None:
        """`write`: given a file that cannot seek; what it returns is `result`, once all was iterated."""
        self.result = ""
        self._write = write
        self._parts: Queue[bytes | None] = Queue(QUEUED_PARTS)
        self._error: BaseException | None = None
        self._reader_gone = False
        self._thread = threading.Thread(target=self._run, name="stream-pipe", daemon=True)

    def __enter__(self) -> StreamPipe:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._reader_gone = True
        while self._thread.is_alive():
            with suppress(Empty):
                self._parts.get(timeout=0.05)
        self._thread.join()

    def __iter__(self) -> Iterator[bytes]:
        while (part := self._parts.get()) is not None:
            yield part
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        try:
            out = _PartWriter(self._put)
            self.result = self._write(cast(BinaryIO, out))
            out.send()
        except BaseException as error:  # raised where the parts are read
            self._error = error
        with suppress(_ReaderGone):
            self._put(None)

    def _put(self, part: bytes | None) -> None:
        if self._reader_gone:
            raise _ReaderGone
        self._parts.put(part)


class _PartWriter(io.RawIOBase):
    """A file whose bytes are handed on, a mebibyte or a little more at a time."""

    def __init__(self, put: Callable[[bytes], object]) -> None:
        super().__init__()
        self._put, self._buffer = put, bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._buffer += data
        if len(self._buffer) >= PART_BYTES:
            self.send()
        return memoryview(data).nbytes

    def send(self) -> None:
        """Hands on what is buffered."""
        if self._buffer:
            self._put(bytes(self._buffer))
            self._buffer.clear()
