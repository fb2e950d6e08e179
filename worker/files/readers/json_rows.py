"""JSON lines and JSON arrays as a table; each row keeps its source text, so that it is given back unchanged."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from typing import IO, Final, NamedTuple

from common.file_formats import FileKind
from worker.files import row_problems as problems
from worker.files.cells import Cell
from worker.files.errors import BrokenFile
from worker.files.limits import Limits
from worker.files.readers.encoding import as_text, detect
from worker.files.readers.json_array import elements
from worker.files.readers.json_size import has_too_many_values, is_too_deep
from worker.files.readers.text_lines import bounded_lines
from worker.files.table import Bad, Record, Table, check_names, first_rows, record_size

STRING_COLUMN: Final = "review"
"""Name of the only column of a file of bare strings."""
UNREADABLE: Final = "unreadable"
"""Key under which the scored JSON keeps a line that was no JSON."""
ABSENT: Final = ""


class JsonRow(NamedTuple):
    """raw: source text of the row; value: parsed, or a Bad."""

    raw: str
    value: object


class JsonRows(Table):
    """Objects (keys are columns) or bare strings. `columns` come from the first rows until `complete` was called."""

    def __init__(self, file: IO[bytes], kind: FileKind, limits: Limits) -> None:
        super().__init__(kind)
        self._file = file
        self._max = limits.max_line_chars
        self.encoding = detect(file)
        first = first_rows(self.rows(), lambda row: len(row.raw) + record_size([row.value]))
        if first and not any(isinstance(row.value, dict | str) for row in first):
            raise BrokenFile("no_json_rows")
        self._set_columns(iter(first))

    def complete(self) -> None:
        self._set_columns(self.rows())

    def _set_columns(self, rows: Iterator[JsonRow]) -> None:
        seen: dict[str, None] = {}
        count = 0
        for row in rows:
            if isinstance(row.value, dict):
                seen.update(dict.fromkeys(row.value))
            elif isinstance(row.value, str):
                seen[STRING_COLUMN] = None
            if len(seen) > count:
                count = len(seen)
                check_names(seen)
        self.columns = list(seen)
        self.titles = list(seen)

    def rows(self) -> Iterator[JsonRow]:
        """Every row with its source."""
        with as_text(self._file, self.encoding.codec, newline=None) as text:
            if self.kind == "json":
                yield from (JsonRow(raw, _checked(raw, value)) for raw, value in elements(text, self._max))
                return
            for line in bounded_lines(text, self._max):
                raw = line.strip()
                if raw:
                    yield JsonRow(raw, _parsed(raw))

    def records(self, needed: Collection[int] | None = None) -> Iterator[Record]:
        columns = self.columns
        strings = [ABSENT] * len(columns)
        position = columns.index(STRING_COLUMN) if STRING_COLUMN in columns else 0
        known = set(columns)
        for row in self.rows():
            value = row.value
            if isinstance(value, dict):
                if not value.keys() <= known:  # refused now, not when the scored file names every column
                    known.update(value)
                    check_names(known)
                get = value.get
                yield [get(name, ABSENT) for name in columns]
            elif isinstance(value, str):
                cells: list[Cell] = list(strings)
                cells[position] = value
                yield cells
            else:
                assert isinstance(value, Bad)
                yield value


def _parsed(raw: str) -> object:
    if has_too_many_values(raw):
        return Bad(problems.TOO_MANY_VALUES, [raw])
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        return Bad(problems.BAD_JSON, [raw])
    return _checked(raw, value)


def _checked(raw: str, value: object) -> object:
    if is_too_deep(raw):
        return Bad(problems.TOO_DEEP, [raw])
    return value if isinstance(value, dict | str) else Bad(problems.NOT_OBJECT, [raw])
