"""CSV and TSV as a table."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator
from itertools import islice
from typing import IO, Final, cast

from common.file_formats import FileKind
from worker.files.cells import Cell
from worker.files.errors import BrokenFile, TooManyColumns
from worker.files.layout.header import REPEATED, same_titles
from worker.files.limits import MAX_COLUMNS, Limits
from worker.files.options import NOTHING_SAID, ReadOptions
from worker.files.quotes.records import Records, with_returns
from worker.files.quotes.signs import RETURN
from worker.files.readers.csv_dialect import MOST_CELLS, NO_SEPARATOR, Dialect, prepared, restored, understand
from worker.files.readers.encoding import Encoding, as_text, detect
from worker.files.table import SAMPLE_ROWS, Bad, Record, Table, unique_names

_SNIFF_CHARS: Final = 1 << 20
_END_MARK: Final = "\x1a"
"""Ctrl-Z, with which DOS ended a text."""


class Delimited(Table):
    """A CSV of any separator, encoding and line end. Blank lines are no rows, nor are empty ones at the end."""

    def __init__(self, file: IO[bytes], kind: FileKind, limits: Limits, options: ReadOptions = NOTHING_SAID) -> None:
        super().__init__(kind)
        self._file = file
        self._max_line = limits.max_line_chars
        self.encoding: Encoding = detect(file, options.codec())
        self._newline = "\n" if _has_line_feeds(file, self.encoding) else ""
        self._learn(options)

    def _learn(self, options: ReadOptions) -> None:
        lines, cut = self._first_lines()
        begun = understand(
            lines,
            cut=cut,
            tabs=self.kind == "tsv",
            separator=options.separator(),
            header=options.header,
            most=MAX_COLUMNS,
        )
        if begun.width > MAX_COLUMNS or len(begun.titles) > MAX_COLUMNS:
            raise TooManyColumns(MAX_COLUMNS)
        self.dialect: Dialect = begun.dialect
        self.above, self.below = begun.above, begun.below
        self._grid = begun.grid
        self._layout = begun.layout
        self.header = begun.layout.header is not None
        titles = [title.replace(RETURN, "\r") for title in begun.titles]
        self.titles = titles if self.header else [f"column_{i}" for i in range(1, begun.width + 1)]
        self.columns = unique_names([title.lstrip("\ufeff") for title in self.titles])
        self._after_header = begun.layout.first - begun.layout.header if begun.layout.header is not None else 0
        facts = self.facts
        facts.encoding = self.encoding.shown
        facts.damaged = self.encoding.damaged
        facts.delimiter = None if self.dialect.separator == NO_SEPARATOR else self.dialect.separator
        facts.quoting = self.dialect.quoting
        facts.header_row = begun.lines[begun.layout.header] if begun.layout.header is not None else None
        facts.skipped = [(begun.lines[place], why) for place, why in begun.layout.skipped]
        facts.questions = begun.layout.questions

    def layout(self) -> tuple[str, ...] | None:
        return tuple(self.titles) if self.header else None

    @property
    def separator(self) -> str:
        """What to write with: the file's own, or a comma where it needs none."""
        return "," if self.dialect.separator == NO_SEPARATOR else self.dialect.separator

    def _first_lines(self) -> tuple[list[str], bool]:
        """Enough lines for the sample, and whether there are more."""
        lines: list[str] = []
        size = 0
        with as_text(self._file, self.encoding, newline=self._newline) as text:
            for line in self._lines(text):
                lines.append(with_returns(line))
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
        with as_text(self._file, self.encoding, newline=self._newline) as text:
            lines = self._lines(text)
            for _ in islice(lines, self.dialect.skip):
                pass
            yield from self._rows(self._records(lines))

    def _records(self, lines: Iterator[str]) -> Records:
        dialect = self.dialect
        return Records(
            prepared(lines, dialect.separator),
            dialect.sign,
            quote=dialect.quote,
            backslash=dialect.backslash,
            spaces=dialect.spaces,
            grid=self._grid,
            limit=self._max_line,
        )

    def _rows(self, records: Records) -> Iterator[Record]:
        """The data rows. Empty ones wait until another follows: a table ends where its last row does."""
        width, separator = len(self.columns), self.dialect.separator
        several = len(separator) > 1
        first_title = self.titles[0] if self.header else None
        rows = iter(records)
        for _ in islice(rows, self._after_header):
            pass
        empty = 0
        for row in rows:
            if isinstance(row, Bad):
                yield from self._empty(empty)
                empty = 0
                yield row
                continue
            size = len(row)
            if size > width:
                # Many exporters end a line with an empty cell too many
                if not any(row[width:]):
                    del row[width:]
                elif size > MOST_CELLS:  # four million in a row of the longest: each would be looked at
                    row[MAX_COLUMNS:] = [separator.join(row[MAX_COLUMNS:])]
                size = len(row)
            first = row[0]
            if not first or first == _END_MARK:
                if size == width and not any(row):
                    empty += 1
                    continue
                if size == 1 and first == _END_MARK:
                    continue
            elif (first == first_title or first[0] == "\ufeff") and self.header and same_titles(row, self.titles):
                self.facts.skip(self.dialect.skip + records.lines_read, REPEATED)
                continue
            if empty:
                yield from self._empty(empty)
                empty = 0
            yield restored(row, separator) if several else cast(list[Cell], row)

    def _empty(self, count: int) -> Iterator[Record]:
        width = len(self.columns)
        for _ in range(count):
            yield [""] * width


def _has_line_feeds(file: IO[bytes], encoding: Encoding) -> bool:
    """Whether lines end with a line feed, so that a carriage return alone ends none. The first line is judged: no
    title of a column holds one.
    """
    with as_text(file, encoding, newline="\n") as text:
        first = text.readline(1 << 16)
    return first.endswith("\n") and "\r" not in first.rstrip("\r\n")
