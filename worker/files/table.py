"""What every format looks like to the reader and the writer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Final, Literal, NamedTuple

from worker.files.cells import Cell

FileKind = Literal["csv", "tsv", "txt", "jsonl", "json", "parquet", "xlsx"]
SAMPLE_ROWS: Final = 200
"""Rows looked at to find the header and the columns."""


class Bad(NamedTuple):
    """A row that could not be taken apart: `code` as in problems.py, `cells` what there is of it."""

    code: str
    cells: list[Cell]


Record = list[Cell] | Bad
"""One data row. A list shorter or longer than the header is a ragged row."""


@dataclass
class Table(ABC):
    """A file as rows of cells. `columns` are unique names; `titles` the header as the user wrote it."""

    kind: FileKind
    columns: list[str] = field(default_factory=list, init=False)
    titles: list[str] = field(default_factory=list, init=False)

    @abstractmethod
    def records(self, needed: Collection[int] | None = None) -> Iterator[Record]:
        """All data rows from the first, each call anew; cells outside `needed` (column positions) may be None."""

    def sample(self) -> list[Record]:
        """The first rows."""
        return list(islice(self.records(), SAMPLE_ROWS))

    def complete(self) -> None:  # noqa: B027  # most formats know from the start
        """Makes `columns` name every column of every row, where a format learns of them on the way."""

    def row_count(self) -> int | None:
        """Data rows, where the file says so up front."""
        return None

    def close(self) -> None:  # noqa: B027  # most formats open nothing
        """Frees what the table opened itself; the caller's file stays open."""


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
