"""What every format looks like to the reader and the writer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import ClassVar, Final, NamedTuple, TypeVar

from common.file_formats import FileKind
from worker.files.cells import Cell

_T = TypeVar("_T")
SAMPLE_ROWS: Final = 200
"""Rows looked at to find the header and the columns."""
SAMPLE_CHARS: Final = 4 << 20
"""After this many characters the sample ends sooner."""


class Bad(NamedTuple):
    """A row that could not be taken apart: `code` as in problems.py, `cells` what there is of it."""

    code: str
    cells: list[Cell]


Record = list[Cell] | Bad
"""One data row. A list shorter or longer than the header is a ragged row."""


@dataclass
class Table(ABC):
    """A file as rows of cells. `columns` are unique names; `titles` the header as the user wrote it."""

    blank_cells: ClassVar[bool] = False
    """Whether None is a cell left blank, as in a spreadsheet, rather than a null."""
    kind: FileKind
    columns: list[str] = field(default_factory=list, init=False)
    titles: list[str] = field(default_factory=list, init=False)

    @abstractmethod
    def records(self, needed: Collection[int] | None = None) -> Iterator[Record]:
        """All data rows from the first, each call anew; cells outside `needed` (column positions) may be None."""

    def sample(self) -> list[Record]:
        """The first rows, at most 200 and a few million characters."""
        return first_rows(self.records(), record_chars)

    def complete(self) -> None:  # noqa: B027  # most formats know from the start
        """Makes `columns` name every column of every row, where a format learns of them on the way."""

    def row_count(self) -> int | None:
        """Data rows, where the file says so up front."""
        return None

    def close(self) -> None:  # noqa: B027  # most formats open nothing
        """Frees what the table opened itself; the caller's file stays open."""


def first_rows(rows: Iterator[_T], chars: Callable[[_T], int]) -> list[_T]:
    """As many rows as a sample needs; fewer, but one at least, where they are very long."""
    taken: list[_T] = []
    size = 0
    for row in islice(rows, SAMPLE_ROWS):
        taken.append(row)
        size += chars(row)
        if size > SAMPLE_CHARS:
            break
    return taken


def record_chars(record: Record) -> int:
    """Characters of its texts."""
    cells = record.cells if isinstance(record, Bad) else record
    return sum(len(cell) for cell in cells if isinstance(cell, str | bytes))


def unique_names(titles: list[str]) -> list[str]:
    """The names columns are asked for by: blanks become column_N, a repeated name gets _2, _3, ..."""
    taken: set[str] = set()
    names: list[str] = []
    for position, title in enumerate(titles, 1):
        base = title.strip() or f"column_{position}"
        name, copy = base, 1
        while name in taken:
            copy += 1
            name = f"{base}_{copy}"
        taken.add(name)
        names.append(name)
    return names
