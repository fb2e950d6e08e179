"""Reading and writing take the same memory however long the file is."""

from __future__ import annotations

import io
import tracemalloc

from worker.files.limits import Limits
from worker.files.review_file import open_reviews
from worker.files.writers.write import write_scored


class Endless(io.RawIOBase):
    """A CSV of `rows` rows that never lies in memory as a whole."""

    LINE = b"12345,a rather good film that we all liked,Alien,2020-01-02\n"
    HEAD = b"id,review,film,date\n"

    def __init__(self, rows: int) -> None:
        self._rows = rows
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def _size(self) -> int:
        return len(self.HEAD) + self._rows * len(self.LINE)

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = offset + (0, self._at, self._size())[whence]
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        count = min(len(buffer), self._size() - self._at, 65_536)
        if count <= 0:
            return 0
        start = self._at - len(self.HEAD)
        block = self.HEAD[self._at :] + self.LINE * 1200 if start < 0 else self.LINE * 1200
        skip = 0 if start < 0 else start % len(self.LINE)
        buffer[:count] = block[skip : skip + count]
        self._at += count
        return count


def test_memory_stays_flat_however_long_the_file_is() -> None:
    limits = Limits(10**9, 1 << 40, 1_000)

    def peak(rows: int) -> int:
        source = Endless(rows)
        tracemalloc.start()
        with open_reviews(source, "a.csv", limits=limits) as reviews:  # type: ignore[arg-type]
            count = sum(1 for _ in reviews)
        write_scored(source, "a.csv", iter(()), Nowhere(), limits=limits)  # type: ignore[arg-type]
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert count == rows
        return top

    short = min(peak(2_000), peak(2_000))  # the first one loads what all need
    assert peak(12_000) < short + (1 << 17), "thirteen bytes of each row stay"


class Nowhere(io.RawIOBase):
    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        return len(data)
