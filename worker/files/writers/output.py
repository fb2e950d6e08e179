"""Binary outputs: the caller's file behind a guard that never closes it, packed as wanted."""

from __future__ import annotations

import gzip
import io
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any, Final, cast

from worker.files.writers.target import Target

_IN_MEMORY: Final = 8 << 20
_GZIP_LEVEL: Final = 6


class Sink(io.RawIOBase):
    """Writes go through, `tell` counts, closing leaves the file open: libraries close what they are given.

    Close it when the work ends, well or badly. What a library still holds after an error is dropped then, and not
    written when Python clears the library away, maybe to a file that is closed by then (a complaint on the terminal).
    """

    def __init__(self, out: IO[bytes]) -> None:
        super().__init__()
        self._out = out
        self._written = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._out.write(data)
        count = memoryview(data).nbytes
        self._written += count
        return count

    def tell(self) -> int:
        return self._written


@contextmanager
def packed(out: IO[bytes], target: Target) -> Iterator[IO[bytes]]:
    """A stream to write the plain file to; what arrives in `out` is packed as `target` says."""
    with _opened(out) as sink:
        if target.packing is None:
            yield sink
        elif target.packing == "gz":
            with gzip.GzipFile(filename="", mode="wb", fileobj=sink, compresslevel=_GZIP_LEVEL, mtime=0) as stream:
                yield cast(IO[bytes], stream)
        elif target.packing == "zst":
            import pyarrow as pa

            with (
                pa.CompressedOutputStream(pa.PythonFile(cast(io.IOBase, sink), mode="w"), "zstd") as pressed,
                _opened(cast(IO[bytes], pressed)) as inner,
            ):
                yield inner
        else:
            with (
                zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive,
                archive.open(target.member, "w", force_zip64=True) as member,
            ):
                yield member


def _opened(out: IO[bytes]) -> IO[bytes]:
    """A `Sink` to be closed by `with`, as what it is to its users."""
    return cast(IO[bytes], Sink(out))


@contextmanager
def text_over(out: IO[bytes]) -> Iterator[io.TextIOWrapper]:
    """UTF-8 text that goes to `out`, which stays open; nothing more goes there after an error."""
    with _opened(out) as sink:
        text = io.TextIOWrapper(sink, encoding="utf-8", newline="")
        yield text
        text.flush()
        text.detach()


@contextmanager
def seekable(stream: IO[bytes]) -> Iterator[IO[bytes]]:
    """A temporary file for formats that are written in no straight line; copied to `stream` at the end."""
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as spool:
        yield cast(IO[bytes], spool)
        spool.seek(0)
        shutil.copyfileobj(spool, stream, 1 << 20)
