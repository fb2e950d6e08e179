"""The texts of a workbook, which XLSX keeps apart from its sheets: on disk, found by number."""

from __future__ import annotations

import tempfile
from array import array
from typing import IO, Final

from worker.files.errors import BrokenFile
from worker.files.limits import READ_BYTES
from worker.files.readers.xlsx_xml import BoundedXml

_IN_MEMORY: Final = 8 << 20
_MAX_TEXTS: Final = 8 << 20
"""Most texts of a workbook: eight to a row of Excel's longest sheet. An empty one is five bytes, and eight here."""


class SharedStrings:
    """`strings[i]` is the text of number i; eight bytes of memory a text."""

    def __init__(self, xml: IO[bytes], max_chars: int) -> None:
        """Reads the part `sharedStrings.xml` (ECMA-376 part 1, 18.4.9); `max_chars`: of one text, else BrokenFile."""
        self._file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115
        self._ends = array("Q", [0])
        self._max_chars = max_chars
        self._parts: list[str] = []
        self._chars = 0
        self._phonetic = False
        parser = BoundedXml(self._start, self._end)
        self._expat = parser.expat
        while chunk := xml.read(READ_BYTES):
            parser.feed(chunk)
        parser.feed(b"", last=True)

    def _start(self, name: str, _: dict[str, str]) -> None:
        if name == "t":
            if not self._phonetic:
                self._expat.CharacterDataHandler = self._text
        elif name == "si":
            self._parts, self._chars = [], 0
        elif name == "rPh":  # hints how to pronounce the text, beside it
            self._phonetic = True

    def _text(self, data: str) -> None:
        self._chars += len(data)
        if self._chars > self._max_chars:
            raise BrokenFile("workbook_cell_never_ends")
        self._parts.append(data)

    def _end(self, name: str) -> None:
        if name == "t":
            self._expat.CharacterDataHandler = None
        elif name == "si":
            if len(self._ends) > _MAX_TEXTS:
                raise BrokenFile("workbook_part_too_large")
            data = "".join(self._parts).encode()
            self._file.write(data)
            self._ends.append(self._ends[-1] + len(data))
        elif name == "rPh":
            self._phonetic = False

    def size(self, number: int) -> int:
        """Bytes of a text, before it is read. Raises IndexError."""
        if number < 0:
            raise IndexError(number)
        return self._ends[number + 1] - self._ends[number]

    def __getitem__(self, number: int) -> str:
        size = self.size(number)
        self._file.seek(self._ends[number])
        return self._file.read(size).decode()

    def close(self) -> None:
        """Removes the texts from disk."""
        self._file.close()
