"""Reviews out of a file of any accepted kind, one row at a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Final, NamedTuple

from worker.files import row_problems as problems
from worker.files.cells import Cell, NotUtf8, as_text, storable
from worker.files.columns import dates
from worker.files.columns.choose import Columns, choose
from worker.files.errors import EmptyFile, TooManyRows, guarded, only_file_errors
from worker.files.limits import Limits
from worker.files.readers.open import Opened, open_table
from worker.files.row_problems import Problem
from worker.files.table import Bad, Record

MAX_FILM_CHARS: Final = 100


class Row(NamedTuple):
    """number: 1-based data row, header not counted; text: None exactly when `problem` says why; day: as written."""

    number: int
    text: str | None
    film: str | None
    day: dt.date | None
    problem: Problem | None


class ReviewFile:
    """An opened file. Iterating streams its rows from the first, each time anew, in flat memory.

    header: names of all columns; columns: the chosen ones under 'text', 'film' and 'date', None where there is none.
    Iterating raises FileError only.
    """

    def __init__(self, opened: Opened, chosen: Columns, sample: list[Record], limits: Limits) -> None:
        self._opened = opened
        self._limits = limits
        self._reasons = problems.table(limits.max_review_chars)
        table = opened.table
        self.header: tuple[str, ...] = tuple(table.columns)
        self.columns: dict[str, str | None] = {"text": chosen.text, "film": chosen.film, "date": chosen.date}
        self._text = table.columns.index(chosen.text)
        self._film = None if chosen.film is None else table.columns.index(chosen.film)
        self._date = None if chosen.date is None else table.columns.index(chosen.date)
        self._day = dates.reader(row[self._date] for row in _even(sample, len(self.header)) if self._date is not None)

    @property
    def row_count(self) -> int | None:
        """Data rows where the file says so before it is read (Parquet), else None."""
        return self._opened.table.row_count()

    def __iter__(self) -> Iterator[Row]:
        return guarded(self._rows())

    def _rows(self) -> Iterator[Row]:
        width, max_rows = len(self.header), self._limits.max_rows
        needed = {i for i in (self._text, self._film, self._date) if i is not None}
        for number, record in enumerate(self._opened.table.records(needed), 1):
            if number > max_rows:
                raise TooManyRows(max_rows)
            if isinstance(record, Bad):
                yield Row(number, None, None, None, self._reasons[record.code])
            elif len(record) != width:
                yield Row(number, None, None, None, self._reasons[problems.RAGGED])
            else:
                yield self._row(number, record)

    def _row(self, number: int, cells: list[Cell]) -> Row:
        film = None if self._film is None else _film(cells[self._film])
        day = None if self._date is None else self._day(cells[self._date])
        text = cells[self._text]
        code = self._problem(text)
        if code is not None:
            return Row(number, None, film, day, self._reasons[code])
        assert isinstance(text, str)
        return Row(number, storable(text), film, day, None)

    def _problem(self, text: Cell) -> str | None:
        if isinstance(text, str):
            if len(text) > self._limits.max_review_chars:
                return problems.TOO_LONG
            # NUL is no text to a reader, nor to SQL
            return None if text.strip().strip("\0 ") else problems.EMPTY
        if isinstance(text, NotUtf8):
            return problems.BAD_TEXT
        if text is None and self._opened.table.blank_cells:
            return problems.EMPTY
        return problems.NOT_TEXT

    def close(self) -> None:
        """Removes what was unpacked; a file handed in stays open."""
        self._opened.close()

    def __enter__(self) -> ReviewFile:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def open_reviews(
    source: Path | IO[bytes],
    filename: str,
    *,
    text_column: str | None = None,
    film_column: str | None = None,
    date_column: str | None = None,
    limits: Limits,
) -> ReviewFile:
    """Opens a path, or a seekable binary file (which stays the caller's, and must not be read by others meanwhile).

    Finds kind, encoding and columns from the first rows; raises FileError, and EmptyFile when there is no data row.
    """
    with only_file_errors():
        opened = open_table(source, filename, limits, text_column)
        try:
            count = opened.table.row_count()
            if count is not None and count > limits.max_rows:
                raise TooManyRows(limits.max_rows)
            if not {text_column, film_column, date_column} <= {None, *opened.table.columns}:
                opened.table.complete()  # a JSON key may appear late
            sample = opened.table.sample()
            if not sample:
                raise EmptyFile
            names = opened.table.columns
            chosen = choose(names, _even(sample, len(names)), text=text_column, film=film_column, date=date_column)
            return ReviewFile(opened, chosen, sample, limits)
        except BaseException:
            opened.close()
            raise


def _even(sample: list[Record], width: int) -> list[list[Cell]]:
    """The rows of the sample that have a cell for every column."""
    return [record for record in sample if not isinstance(record, Bad) and len(record) == width]


def _film(value: Cell) -> str | None:
    """The film's name in at most 200 characters, the last one … where it was longer."""
    if value is None:
        return None
    name = " ".join(storable(as_text(value)).split())
    return (name if len(name) <= MAX_FILM_CHARS else name[: MAX_FILM_CHARS - 1] + "…") or None
