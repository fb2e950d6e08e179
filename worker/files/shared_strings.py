"""The texts of a workbook, which XLSX keeps apart from its sheets: on disk, found by number."""

from __future__ import annotations

import tempfile
from array import array
from typing import IO, Final
from xml.etree.ElementTree import Element, iterparse

from openpyxl.xml.constants import SHEET_MAIN_NS

_IN_MEMORY: Final = 8 << 20
_ITEM: Final = f"{{{SHEET_MAIN_NS}}}si"
_TEXT: Final = f"{{{SHEET_MAIN_NS}}}t"
_RUN: Final = f"{{{SHEET_MAIN_NS}}}r"


class SharedStrings:
    """`strings[i]` as openpyxl asks for it; eight bytes of memory a text."""

    def __init__(self, xml: IO[bytes]) -> None:
        """Reads the part `sharedStrings.xml`."""
        self._file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115
        self._ends = array("Q", [0])
        root: Element | None = None
        for event, element in iterparse(xml, events=("start", "end")):  # noqa: S314  # expat >= 2.4.1 stops entity bombs
            if root is None:
                root = element
            if event == "end" and element.tag == _ITEM:
                self._append(_text(element))
                root.clear()

    def _append(self, text: str) -> None:
        data = text.encode()
        self._file.write(data)
        self._ends.append(self._ends[-1] + len(data))

    def __getitem__(self, number: int) -> str:
        start, end = self._ends[number], self._ends[number + 1]
        self._file.seek(start)
        return self._file.read(end - start).decode()

    def close(self) -> None:
        self._file.close()


def _text(item: Element) -> str:
    """The text of a plain or rich item, without its phonetic hints."""
    parts = [child for child in item if child.tag == _TEXT]
    for run in item:
        if run.tag == _RUN:
            parts.extend(child for child in run if child.tag == _TEXT)
    return "".join(part.text or "" for part in parts)
