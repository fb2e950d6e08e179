"""Several files of an archive as one table: of one kind and one layout, their rows numbered through."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import IO, Final, TypeVar

from worker.files.errors import BrokenMember, FileError, only_file_errors
from worker.files.readers.json_rows import JsonRows
from worker.files.table import Facts, Record, Table, check_names

_T = TypeVar("_T")
_OF_ALL: Final = ("too_many_rows", "too_many_columns", "too_large", "too_costly")
"""Refusals that are no fault of one of the files."""
Open = Callable[[str], tuple[Table, IO[bytes]]]
"""Given a path of the archive: the table, and the unpacked file that it reads, both to be closed."""


class Joined(Table):
    """The files at `paths`, one open at a time beside the first, whose titles and way of writing stand for all."""

    def __init__(self, paths: Sequence[str], open_member: Open, *, columns: Sequence[str], damaged: bool) -> None:
        """columns: of all of them, which differ only between files of objects; damaged: bytes that are no text stand in
        one of them. Raises as `check_names`.
        """
        check_names(columns)
        self._paths, self._open_member = paths, open_member
        self.first, self._file = open_member(paths[0])
        super().__init__(self.first.kind)
        self.blank_cells, self.named = self.first.blank_cells, self.first.named
        self.sources = list(paths)
        self.facts: Facts = replace(self.first.facts, damaged=damaged, sheets=None)
        self._name_columns(columns)

    def _name_columns(self, columns: Sequence[str]) -> None:
        objects = isinstance(self.first, JsonRows)
        self.columns = list(columns) if objects else self.first.columns
        self.titles = list(columns) if objects else self.first.titles
        self._known = set(columns)

    def layout(self) -> tuple[str, ...] | None:
        return self.first.layout()

    def row_count(self) -> int | None:
        counts = [part.row_count() for _, part in self._parts()] if self.first.row_count() is not None else [None]
        known = [count for count in counts if count is not None]
        return sum(known) if len(known) == len(counts) else None

    def complete(self) -> None:
        names = dict.fromkeys(self.columns)
        for path, part in self._parts():
            with _named(path):
                part.complete()
            names.update(dict.fromkeys(part.columns))
            check_names(names)
        if isinstance(self.first, JsonRows):
            self._name_columns(list(names))

    def records(self, needed: Collection[int] | None = None) -> Iterator[Record]:
        return self.through(lambda part: part.records(needed))

    def through(
        self, rows_of: Callable[[Table], Iterator[_T]], rows_in: Callable[[_T], int] = lambda _: 1
    ) -> Iterator[_T]:
        """What `rows_of` gives of each file in turn. `rows_in`: how many rows stand in one of these things."""
        self.starts = []
        number = 0
        for path, part in self._parts():
            self.starts.append(number)
            if isinstance(part, JsonRows):
                part.columns, part.known = self.columns, self._known
            things = rows_of(part)
            with _named(path):
                for thing in things:
                    number += rows_in(thing)
                    yield thing

    def _parts(self) -> Iterator[tuple[str, Table]]:
        yield self._paths[0], self.first
        for path in self._paths[1:]:
            with _named(path):
                part, file = self._open_member(path)
            with file, closing(part):
                yield path, part

    def close(self) -> None:
        self.first.close()
        self._file.close()


@contextmanager
def _named(path: str) -> Iterator[None]:
    """What is wrong with one file refuses all, and says which it is."""
    try:
        with only_file_errors():
            yield
    except FileError as error:
        if error.code.partition(".")[0] in _OF_ALL:
            raise
        raise BrokenMember(path) from error


def pattern_of(table: Table) -> Table:
    """The table by whose ways the rows are written again: itself, or the first of joined files."""
    return table.first if isinstance(table, Joined) else table
