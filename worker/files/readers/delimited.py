"""CSV and TSV as a table."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator
from itertools import islice
from typing import IO, Final

from common.file_formats import FileKind
from worker.files import row_problems as problems
from worker.files.errors import BrokenFile, TooManyColumns
from worker.files.limits import MAX_COLUMNS, Limits
from worker.files.readers.csv_dialect import NO_SEPARATOR, Dialect, csv_rows, has_header, parsed, sniff
from worker.files.readers.encoding import Encoding, as_text, detect
from worker.files.table import SAMPLE_ROWS, Bad, Record, Table, unique_names

_MAX_CELLS: Final = 2 * MAX_COLUMNS
"""Most cells of a row that stay apart; what is beyond a thousand is then one cell."""
_SNIFF_CHARS: Final = 1 << 20


class Delimited(Table):
    """A CSV of any separator, encoding and line end. Blank lines are no rows."""

    def __init__(self, file: IO[bytes], kind: FileKind, limits: Limits) -> None:
        super().__init__(kind)
        self._file = file
        self._max_line = limits.max_line_chars
        self.encoding: Encoding = detect(file)
        self._learn()

    def _learn(self) -> None:
        lines, cut = self._first_lines()
        self.dialect: Dialect = sniff(lines, cut=cut, tabs=self.kind == "tsv")
        rows = parsed(lines[self.dialect.skip :], self.dialect.separator, cut=cut)
        width = len(rows[0]) if rows else 1
        if width > MAX_COLUMNS:
            raise TooManyColumns(MAX_COLUMNS)
        self.header = has_header(rows)
        self.titles = rows[0] if self.header else [f"column_{i}" for i in range(1, width + 1)]
        self.columns = unique_names(self.titles)

    @property
    def separator(self) -> str:
        """What to write with: the file's own, or a comma where it needs none."""
        return "," if self.dialect.separator == NO_SEPARATOR else self.dialect.separator

    def _first_lines(self) -> tuple[list[str], bool]:
        """Enough lines for the sample, and whether there are more."""
        lines: list[str] = []
        size = 0
        with as_text(self._file, self.encoding.codec, newline="") as text:
            for line in self._lines(text):
                lines.append(line)
                size += len(line)
                if len(lines) > SAMPLE_ROWS or size > _SNIFF_CHARS:
                    return lines, True
        return lines, False

    def _lines(self, text: io.TextIOWrapper) -> Iterator[str]:
        """The lines with their ends; BrokenFile for one that would fill the memory."""
        limit = self._max_line
        readline = text.readline
        while line := readline(limit):
            if len(line) >= limit and not line.endswith(("\n", "\r")):
                raise BrokenFile("line_too_long", count=limit)
            yield line

    def records(self, needed: Collection[int] | None = None) -> Iterator[Record]:
        with as_text(self._file, self.encoding.codec, newline="") as text:
            lines = self._lines(text)
            for _ in islice(lines, self.dialect.skip):
                pass
            tail = _Tail(lines, self._max_line)
            reader = csv_rows(tail, self.dialect.separator)
            yield from _whole(self._rows(reader), tail, self.dialect.separator)

    def _rows(self, reader: Iterator[list[str]]) -> Iterator[list[str]]:
        number = 0
        width, separator = len(self.columns), self.dialect.separator
        rows = (row for row in reader if row)
        if self.header:
            next(rows, None)
        try:
            for row in rows:
                number += 1
                if len(row) > width:
                    # Many exporters end a line with an empty cell too many
                    if not any(row[width:]):
                        del row[width:]
                    elif len(row) > _MAX_CELLS:  # four million in a row of the longest: each would be looked at
                        row[MAX_COLUMNS:] = [separator.join(row[MAX_COLUMNS:])]
                yield row
        except csv.Error as error:
            raise BrokenFile("row_never_ends", row=number + 1) from error


class _Tail:
    """Lines on their way to the csv reader; `record` holds those of the row being read, to judge the last one.

    csv.Error when they grow beyond `limit` characters: line breaks in quotes can make a row as long as the file.
    """

    def __init__(self, lines: Iterator[str], limit: int) -> None:
        self._lines = lines
        self._limit = limit
        self._size = 0
        self.record: list[str] = []

    def take(self) -> list[str]:
        """The lines of the row just read; the next one starts."""
        taken, self.record, self._size = self.record, [], 0
        return taken

    def __iter__(self) -> _Tail:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self._size += len(line)
        if self._size > self._limit and self.record:
            raise csv.Error("a row without end")
        self.record.append(line)
        return line


def _whole(rows: Iterator[list[str]], tail: _Tail, separator: str) -> Iterator[Record]:
    """The rows; the last one as Bad when it ended with the file inside a quote, which the csv reader lets pass."""
    row = next(rows, None)
    while row is not None:
        lines = tail.take()
        following = next(rows, None)
        if following is None and _unclosed(lines, separator):
            yield Bad(problems.UNCLOSED_QUOTE, list(row))
        else:
            yield list(row)
        row = following


def _unclosed(lines: list[str], separator: str) -> bool:
    try:
        for _ in csv_rows(lines, separator, strict=True):
            pass
    except csv.Error as error:
        return "unexpected end of data" in str(error)
    return False
