"""What every format looks like to the reader and the writer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final, NamedTuple, TypeVar

from common.file_formats import FileKind
from worker.files.cells import Cell, encodable
from worker.files.errors import BrokenFile, TooManyColumns
from worker.files.limits import MAX_COLUMNS, MAX_NAME_CHARS

_T = TypeVar("_T")
SAMPLE_ROWS: Final = 200
"""Rows looked at to find the header and the columns."""
SAMPLE_SIZE: Final = 4 << 20
"""After this much (characters, and `_VALUE` for each value) the sample ends sooner."""
_VALUE: Final = 8
"""What a value counts beside its characters: a row of empty cells costs memory too."""

_SHOWN_SKIPPED: Final = 50


class Bad(NamedTuple):
    """A row that could not be taken apart: `code` as in problems.py, `cells` what there is of it."""

    code: str
    cells: list[Cell]


Record = list[Cell] | Bad
"""One data row. A list shorter or longer than the header is a ragged row."""


@dataclass
class Facts:
    """What a reader found out about a file on the way, for people (`inspect`, the card of a job).

    encoding, delimiter, quoting: of text. header_row: line or row of the sheet, from 1. skipped: (row, why) as
    `layout.header` says why. sheets, members: read of a workbook or an archive. notes: (code, values) of
    `common.messages`. questions: what a survey's second header row says of each column. damaged: bytes that are no
    text stand in it, as surrogates.
    """

    encoding: str | None = None
    delimiter: str | None = None
    quoting: str | None = None
    header_row: int | None = None
    skipped: list[tuple[int, str]] = field(default_factory=list)
    sheets: list[str] | None = None
    members: list[str] | None = None
    notes: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    questions: tuple[str, ...] = ()
    damaged: bool = False

    def skip(self, row: int, why: str) -> None:
        """Notes a row skipped on the way once; of many the first."""
        if len(self.skipped) < _SHOWN_SKIPPED and (row, why) not in self.skipped:
            self.skipped.append((row, why))

    def told(self) -> list[tuple[str, dict[str, object]]]:
        """The notes, and in one more how many lines around the header hold no data."""
        lines = sum(why != "blank" for _, why in self.skipped)
        return [*self.notes, ("read_note.lines_skipped", {"count": lines})] if lines else self.notes

    def note(self, code: str, **values: object) -> None:
        """Adds a note once."""
        if (code, values) not in self.notes:
            self.notes.append((code, values))


@dataclass
class Table(ABC):
    """A file as rows of cells. `columns` are unique names; `titles` the header as the user wrote it."""

    kind: FileKind
    columns: list[str] = field(default_factory=list, init=False)
    titles: list[str] = field(default_factory=list, init=False)
    facts: Facts = field(default_factory=Facts, init=False)
    blank_cells: bool = field(default=False, init=False)
    """Whether None is a cell left blank, as in a spreadsheet, rather than a null."""
    named: bool = field(default=True, init=False)
    """Whether the file itself names its columns."""
    sources: list[str] = field(default_factory=list, init=False)
    """The sheets or files that it is made of, where there are several."""
    starts: list[int] = field(default_factory=list, init=False)
    """How many rows stand before each of `sources`, as far as they were read."""

    @abstractmethod
    def records(self, needed: Collection[int] | None = None) -> Iterator[Record]:
        """All data rows from the first, each call anew; cells outside `needed` (column positions) may be None."""

    def sample(self) -> list[Record]:
        """The first rows, at most 200 and a few million characters."""
        return first_rows(self.records(), record_size)

    def layout(self) -> tuple[str, ...] | None:
        """What files of one layout have in common; None: nothing tells that another one is of the same."""
        return tuple(self.titles)

    def source_of(self, number: int) -> str | None:
        """Which of `sources` a row stands in that was read; None where there are not several."""
        return self.sources[bisect_right(self.starts, number - 1) - 1] if self.sources else None

    def complete(self) -> None:  # noqa: B027  # most formats know from the start
        """Makes `columns` name every column of every row, where a format learns of them on the way."""

    def row_count(self) -> int | None:
        """Data rows, where the file says so up front."""
        return None

    def close(self) -> None:  # noqa: B027  # most formats open nothing
        """Frees what the table opened itself; the caller's file stays open."""


def even(rows: Sequence[Record], width: int) -> list[list[Cell]]:
    """The rows that have a cell for every column."""
    return [row for row in rows if not isinstance(row, Bad) and len(row) == width]


def first_rows(rows: Iterator[_T], size_of: Callable[[_T], int]) -> list[_T]:
    """As many rows as a sample needs; fewer, but one at least, where they are very large."""
    taken: list[_T] = []
    size = 0
    for row in islice(rows, SAMPLE_ROWS):
        taken.append(row)
        size += size_of(row)
        if size > SAMPLE_SIZE:
            break
    return taken


def record_size(record: Record) -> int:
    """What a row takes in memory, roughly: characters of its texts, and `_VALUE` for every value however nested."""
    return sum(map(_size, record.cells if isinstance(record, Bad) else record))


def _size(cell: Cell) -> int:
    if isinstance(cell, str | bytes):
        return _VALUE + len(cell)
    if isinstance(cell, dict):
        return _VALUE + sum(map(_size, cell.keys())) + sum(map(_size, cell.values()))
    if isinstance(cell, list | tuple):
        return _VALUE + sum(map(_size, cell))
    return _VALUE


def check_names(names: Collection[str]) -> None:
    """Raises TooManyColumns for more than 1,000 names, BrokenFile for names that are very long."""
    if len(names) > MAX_COLUMNS:
        raise TooManyColumns(MAX_COLUMNS)
    if sum(map(len, names)) > MAX_NAME_CHARS:
        raise BrokenFile("names_too_long", count=MAX_NAME_CHARS)


def unique_names(titles: list[str]) -> list[str]:
    """The names columns are asked for by: blanks become column_N, a repeated name gets _2, _3, ...

    Raises what `check_names` raises, before anything is done for a name.
    """
    check_names(titles)
    taken: set[str] = set()
    copies: dict[str, int] = {}
    names: list[str] = []
    for position, title in enumerate(titles, 1):
        base = encodable(title).strip() or f"column_{position}"
        name, copy = base, copies.get(base, 1)
        while name in taken:
            copy += 1
            name = f"{base}_{copy}"
        copies[base] = copy
        taken.add(name)
        names.append(name)
    return names
