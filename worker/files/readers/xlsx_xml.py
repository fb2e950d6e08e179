"""Expat with bounds on what it keeps: open elements, and pieces of XML that never end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from xml.parsers import expat

from worker.files.errors import BrokenFile

_MAX_DEPTH: Final = 100
"""Elements in one another; a sheet has six."""
_MAX_PENDING: Final = 1 << 20
"""Bytes of a tag or comment that has not ended yet: expat holds all of it, and looks through it with every piece."""


class BoundedXml:
    """Calls `start(name, attributes)` and `end(name)`, names without their prefix. `expat` is the parser itself."""

    def __init__(self, start: Callable[[str, dict[str, str]], None], end: Callable[[str], None]) -> None:
        self._started, self._ended = start, end
        self._depth = self._fed = 0
        self.expat = expat.ParserCreate()
        self.expat.buffer_text = True
        self.expat.StartElementHandler = self._start
        self.expat.EndElementHandler = self._end

    def feed(self, data: bytes, *, last: bool = False) -> None:
        """Parses the next bytes. Raises BrokenFile, and what the two functions raise."""
        self.expat.Parse(data, last)
        self._fed += len(data)
        if self._fed - self.expat.CurrentByteIndex > _MAX_PENDING:
            raise BrokenFile("workbook_piece_never_ends")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise BrokenFile("workbook_too_deep")
        self._started(name.rpartition(":")[2], attributes)

    def _end(self, name: str) -> None:
        self._depth -= 1
        self._ended(name.rpartition(":")[2])
