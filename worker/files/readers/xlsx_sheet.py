"""The cells of one worksheet out of its XML (ECMA-376 part 1, 18.3.1), row by row.

openpyxl's own reader builds an object tree for every cell, and reads a sheet that states no size twice over; this one
is some five times as fast. Styles, relations and shared strings stay openpyxl's.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import IO, Final, Protocol

from openpyxl.utils.datetime import from_excel

from worker.files.cells import Cell
from worker.files.errors import BrokenFile, TooLarge, TooManyColumns
from worker.files.limits import MAX_COLUMNS, READ_BYTES
from worker.files.readers.xlsx_xml import BoundedXml

_MAX_ROWS: Final = 1_048_576
"""Rows of a sheet in Excel's own limits; a row number beyond it is a trap."""
_ESCAPE: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
_LETTERS: Final = re.compile(r"[A-Za-z]{1,3}")


class Strings(Protocol):
    """The shared strings by number; `size` in bytes."""

    def __getitem__(self, number: int, /) -> str: ...

    def size(self, number: int, /) -> int: ...


class _Shared(int):
    """The number of a shared string, read when its row is asked for: cells can repeat one a million times."""


@dataclass(frozen=True, slots=True)
class Styles:
    """Which cell styles mean a date or a duration, and the day that number 0 stands for."""

    dates: frozenset[int]
    durations: frozenset[int]
    epoch: dt.datetime


def sheet_rows(
    xml: IO[bytes], strings: Strings, styles: Styles, max_chars: int, max_bytes: int
) -> Iterator[list[Cell]]:
    """Every row up to the last that has cells, [] for those left out; cells as str, int, float, bool, datetime or None.

    `max_chars`: of one cell and of one row; `max_bytes`: of all shared strings as often as they are used.
    Raises BrokenFile, TooManyColumns, TooLarge.
    """
    parser = _Parser(styles, max_chars)
    texts = _Texts(strings, max_chars, max_bytes)
    while chunk := xml.read(READ_BYTES):
        parser.feed(chunk)
        for gap, cells in parser.take():
            for _ in range(gap):
                yield []
            yield texts.resolved(cells)
    parser.feed(b"", last=True)
    for gap, cells in parser.take():
        for _ in range(gap):
            yield []
        yield texts.resolved(cells)


class _Texts:
    """Puts the shared strings into rows, within bounds."""

    def __init__(self, strings: Strings, max_row: int, max_bytes: int) -> None:
        self._strings, self._max_row, self._max_bytes = strings, max_row, max_bytes
        self._total = 0

    def resolved(self, cells: list[Cell]) -> list[Cell]:
        """The row with its texts in place."""
        shared = [(place, cell) for place, cell in enumerate(cells) if type(cell) is _Shared]
        size = sum(self._strings.size(number) for _, number in shared)
        if size > 4 * self._max_row:
            raise BrokenFile("workbook_row_never_ends")
        self._total += size
        if self._total > self._max_bytes:
            raise TooLarge(self._max_bytes)
        for place, number in shared:
            cells[place] = _unescaped(self._strings[number])
        return cells


class _Parser:
    """Expat's events gathered into rows."""

    def __init__(self, styles: Styles, max_chars: int) -> None:
        self._styles, self._max_chars = styles, max_chars
        self._rows: list[tuple[int, list[Cell]]] = []
        self._row: list[Cell] = []
        self._gap = 0
        self._number = 0
        self._column = 0
        self._kind = "n"
        self._style = 0
        self._parts: list[str] = []
        self._chars = 0
        self._phonetic = False
        parser = BoundedXml(self._start, self._end)
        self._expat, self.feed = parser.expat, parser.feed

    def take(self) -> list[tuple[int, list[Cell]]]:
        """(rows left out before it, cells) of every row that has ended."""
        rows, self._rows = self._rows, []
        return rows

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            self._kind = attributes.get("t", "n")
            self._style = int(attributes.get("s", "0"))
            self._column = _column(attributes["r"]) if "r" in attributes else self._column + 1
            if self._column > MAX_COLUMNS:
                raise TooManyColumns(MAX_COLUMNS)
            self._parts = []
        elif name == "v" or (name == "t" and not self._phonetic):
            self._expat.CharacterDataHandler = self._text
        elif name == "row":
            self._begin_row(attributes.get("r"))
        elif name == "rPh":
            self._phonetic = True

    def _text(self, data: str) -> None:
        self._chars += len(data)
        if self._chars > self._max_chars:
            raise BrokenFile("workbook_piece_never_ends")
        self._parts.append(data)

    def _end(self, name: str) -> None:
        if name == "v" or name == "t":
            self._expat.CharacterDataHandler = None
        elif name == "c":
            if self._parts:
                gap = self._column - len(self._row) - 1
                if gap > 0:
                    self._row.extend([None] * gap)
                self._row[self._column - 1 :] = [self._value("".join(self._parts))]
        elif name == "row":
            self._rows.append((self._gap, self._row))
            self._gap, self._row = 0, []
        elif name == "rPh":
            self._phonetic = False

    def _begin_row(self, reference: str | None) -> None:
        number = max(int(reference or 0), self._number + 1)
        if number > _MAX_ROWS:
            raise BrokenFile("sheet_too_long")
        self._gap = number - self._number - 1
        self._number, self._column, self._row, self._chars = number, 0, [], 0

    def _value(self, text: str) -> Cell:
        kind = self._kind
        if kind == "s":
            return _Shared(text)
        if kind == "inlineStr" or kind == "str":
            return _unescaped(text)
        if kind == "n":
            return self._number_or_date(text)
        if kind == "b":
            return text.strip() == "1"
        if kind == "d":
            try:
                return dt.datetime.fromisoformat(text)
            except ValueError:
                return text
        return text

    def _number_or_date(self, text: str) -> Cell:
        number = float(text) if "." in text or "e" in text or "E" in text else int(text)
        style = self._style
        if style not in self._styles.dates:
            return number
        try:
            value: Cell = from_excel(number, self._styles.epoch, timedelta=style in self._styles.durations)
        except (ValueError, OverflowError):  # Excel shows ##### for such a day
            return number
        return value


@lru_cache(maxsize=2 * MAX_COLUMNS)
def _column_of(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def _column(reference: str) -> int:
    match = _LETTERS.match(reference)
    if match is None:
        raise BrokenFile("cell_without_position")
    return _column_of(match[0])


def _unescaped(text: str) -> str:
    """Excel writes characters that XML forbids as _x000D_ (ECMA-376 part 1, 22.9.2.19, ST_Xstring)."""
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text
