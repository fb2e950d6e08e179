"""The zip of a workbook, bounded: what its parts may unpack to; no document type, which is how XML bombs are made."""

from __future__ import annotations

import re
import zipfile
from typing import IO, Any, Final
from xml.parsers import expat

from common.zip_files import METHODS
from worker.files.errors import Bomb, BrokenFile, TooLarge
from worker.files.limits import MAX_RATIO, Limits, is_bomb

_MAX_PART: Final = 8 << 20
"""Largest part that openpyxl holds whole (styles, theme, relations), in bytes unpacked; it takes 30 times as much."""
_MAX_TAGS: Final = 100_000
"""Most tags of such a part: openpyxl makes objects of a kilobyte and more of them."""
_STREAMED: Final = re.compile(r"xl/(worksheets/[^/]*\.xml|sharedStrings\.xml|media/.*)", re.IGNORECASE)
_UNREAD: Final = re.compile(r"(customXml|docProps|xl/(drawings|charts|media|embeddings|vbaProject))\b.*", re.DOTALL)


class Package(zipfile.ZipFile):
    """The parts. Macros, media and other parts that are never read may be of any size."""

    def __init__(self, file: IO[bytes], limits: Limits) -> None:
        """Raises TooLarge, Bomb, BrokenFile."""
        super().__init__(file)
        self._max_run = 4 * limits.max_line_chars
        self._parts = {self.plain(name).casefold(): name for name in reversed(self.namelist())}
        parts = [part for part in self.infolist() if not _UNREAD.fullmatch(self.plain(part.filename))]
        unpacked = sum(part.file_size for part in parts)
        if unpacked > limits.max_unpacked_bytes:
            raise TooLarge(limits.max_unpacked_bytes)
        if is_bomb(min(sum(part.compress_size for part in parts), file.seek(0, 2)), unpacked):
            raise Bomb(MAX_RATIO)
        if any(part.file_size > _MAX_PART and not _STREAMED.fullmatch(self.plain(part.filename)) for part in parts):
            raise BrokenFile("workbook_part_too_large")

    @staticmethod
    def plain(name: str) -> str:
        """A name of a part with slashes, whatever its program wrote."""
        return name.replace("\\", "/").lstrip("/")

    def part(self, path: str) -> str | None:
        """The name in the archive of the part at this path, whatever its slashes and letters; None: there is none."""
        return self._parts.get(self.plain(path).casefold())

    def open(self, name: Any, *args: Any, **kwargs: Any) -> Any:
        """A part as a watched stream."""
        if self.getinfo(name if isinstance(name, str) else name.filename).compress_type not in METHODS:
            raise BrokenFile("workbook_packing")
        return _Watched(super().open(name, *args, **kwargs), self._max_run)

    def read(self, name: Any, pwd: bytes | None = None) -> bytes:
        """A part as a whole, which is how openpyxl takes those that are not streamed."""
        data = super().read(name, pwd)
        if data.count(b"<") > _MAX_TAGS:
            raise BrokenFile("workbook_part_too_large")
        return data


class _Watched:
    """Bytes of XML; BrokenFile for a document type, and for a tag or text that never ends."""

    def __init__(self, stream: IO[bytes], max_run: int) -> None:
        self._stream = stream
        self._max_run = max_run
        self._run = 0
        self._prologue: _Prologue | None = _Prologue()

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        if self._prologue is not None and self._prologue.feed(data):
            self._prologue = None
        # Expat holds what it cannot yet hand on, and scans it anew with every chunk
        self._run = 0 if b">" in data else self._run + len(data)
        if self._run > self._max_run:
            raise BrokenFile("workbook_piece_never_ends")
        return data

    def close(self) -> None:
        self._stream.close()

    def __enter__(self) -> _Watched:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _RootMet(Exception):
    """Nothing behind the root's tag is looked at: elements in one another would fill the memory."""


class _Prologue:
    """What stands before the root element. A document type may define entities that grow a million times (expat lets
    them grow a hundred times) and has no place in a workbook (ECMA-376 part 2, 8.2.5).
    """

    def __init__(self) -> None:
        self._expat = expat.ParserCreate()
        self._expat.StartDoctypeDeclHandler = self._refuse
        self._expat.StartElementHandler = self._end

    def feed(self, data: bytes) -> bool:
        """Whether the prologue has ended. Raises BrokenFile."""
        try:
            self._expat.Parse(data, False)
        except _RootMet:
            return True
        return False

    def _refuse(self, *_: object) -> None:
        raise BrokenFile("workbook_document_type")

    def _end(self, *_: object) -> None:
        raise _RootMet
