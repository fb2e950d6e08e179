"""JSON as a table: lines, arrays, arrays in a wrapper, data frames; each row keeps its source text, so that it is given
back unchanged.
"""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Collection, Iterator
from contextlib import ExitStack
from itertools import chain, islice
from typing import IO, Final, NamedTuple

from common.file_formats import FileKind
from worker.files import row_problems as problems
from worker.files.cells import Cell
from worker.files.errors import BrokenFile, NoReviews, TooCostly, TooManyColumns, TooManyRows
from worker.files.json_shapes.shape import MOST_COLUMNS, Shape, column_values, exploded, inside_of, shape_of
from worker.files.json_shapes.size import has_too_many_values, is_too_deep
from worker.files.json_shapes.window import elements, members
from worker.files.limits import MAX_RATIO, RATIO_FROM, Limits
from worker.files.options import NOTHING_SAID, ReadOptions
from worker.files.readers.encoding import as_text, detect
from worker.files.readers.text_lines import bounded_lines
from worker.files.table import Bad, Record, Table, check_names, first_rows, record_size

STRING_COLUMN: Final = "review"
"""Name of the only column of a file of bare strings."""
UNREADABLE: Final = "unreadable"
"""Key under which the scored JSON keeps a line that was no JSON."""
ABSENT: Final = ""
_VALUE: Final = 8
"""What a value of a row that is made counts beside its characters."""
_LOOKED_AT: Final = 20
"""Elements of an array that are looked at for rows inside them."""
_ERROR_KEYS: Final = frozenset(
    [
        "error",
        "errors",
        "code",
        "status",
        "statuscode",
        "status_code",
        "message",
        "detail",
        "details",
        "documentation_url",
        "request_id",
        "success",
        "timestamp",
        "path",
        "title",
        "type",
        "instance",
        "reason",
    ]
)
_SURELY_ERROR: Final = frozenset(
    ["error", "errors", "status", "statuscode", "status_code", "documentation_url", "code", "detail"]
)


class JsonRow(NamedTuple):
    """raw: source text of the row; value: parsed, or a Bad."""

    raw: str
    value: object


class _Made:
    """Counts the rows that are made of a document, where each takes up what stands in it once: names, a whole film.

    As for a packed file, what they come to is bounded by the file's size: a name of 250,000 characters above a million
    rows would fill any disk.
    """

    def __init__(self, size: int, limits: Limits) -> None:
        self._most = min(limits.max_unpacked_bytes, max(RATIO_FROM, MAX_RATIO * size))
        self._made = 0

    def count(self, chars: int, values: int) -> None:
        """One more row. Raises TooCostly."""
        self._made += chars + _VALUE * values
        if self._made > self._most:
            raise TooCostly("scratch", self._most)

    def source_of(self, row: dict[str, object]) -> str:
        """The source text of one more row. Raises TooCostly."""
        source = json.dumps(row, ensure_ascii=False)
        self.count(len(source), len(row))
        return source


class JsonRows(Table):
    """Objects (keys are columns) or bare strings. `columns` come from the first rows until `complete` was called."""

    def __init__(self, file: IO[bytes], kind: FileKind, limits: Limits, options: ReadOptions = NOTHING_SAID) -> None:
        """kind: "jsonl", or "json" for one document, an array or an object that holds the rows somewhere."""
        super().__init__(kind)
        self._file = file
        self._limits = limits
        self._max = limits.max_line_chars
        self.encoding = detect(file, options.codec())
        self.facts.encoding, self.facts.damaged = self.encoding.shown, self.encoding.damaged
        self._size = file.seek(0, 2)
        self.known: set[str] = set()
        """Every key met so far: one too many is refused when it is met, not when the scored file names all."""
        self._spool: IO[str] | None = None
        self._shape = Shape("array")
        try:
            if kind == "json":
                self._find_rows()
            first = first_rows(self.rows(), lambda row: len(row.raw) + record_size([row.value]))
            if first and not any(isinstance(row.value, dict | str) for row in first):
                raise BrokenFile("no_json_rows")
            if len(first) == 1 and isinstance(first[0].value, dict) and _is_error(first[0].value):
                raise NoReviews("page")
            self._set_columns(iter(first))
        except BaseException:
            self.close()
            raise

    def _find_rows(self) -> None:
        with as_text(self._file, self.encoding, newline=None) as text:
            begins = _first_sign(text)
        if begins == "[":
            with as_text(self._file, self.encoding, newline=None) as text:
                values = list(islice(_values(text, self._max), _LOOKED_AT))
            if not values or not all(isinstance(value, list) for value in values):
                self._shape = Shape("array", inside=inside_of(values))
                return
        with as_text(self._file, self.encoding, newline=None) as text:
            shape = shape_of(text, self._max)
        if shape is None:
            raise BrokenFile("no_json_rows")
        self._shape = shape
        if shape.kind in ("columns", "lists"):
            self._spool = self._side_by_side()
        if shape.path:
            self.facts.note("read_note.json_path", name=".".join(shape.path))

    def _side_by_side(self) -> IO[str]:
        """Columns that stand one after another as rows, over the disk."""
        spool: IO[str] = tempfile.TemporaryFile("w+", encoding="utf-8", errors="surrogatepass")  # noqa: SIM115
        with ExitStack() as stack:
            columns: list[tuple[str, IO[str]]] = []
            with as_text(self._file, self.encoding, newline=None) as text:
                for name, sources in column_values(text, self._max, self._shape.path, self._shape.kind):
                    if (first := next(sources, None)) is None:
                        continue  # a list of nothing (`"errors": []`) is no column
                    if len(columns) == MOST_COLUMNS:  # a key that stands twice is one that was counted elsewhere
                        raise TooManyColumns(MOST_COLUMNS)
                    part = stack.enter_context(
                        tempfile.TemporaryFile("w+", encoding="utf-8", errors="surrogatepass", newline="\n")
                    )
                    for number, raw in enumerate(chain((first,), sources), 1):
                        if number > self._limits.max_rows:
                            raise TooManyRows(self._limits.max_rows)
                        part.write(raw.replace("\n", " ").replace("\r", " ") + "\n")
                    part.seek(0)
                    columns.append((json.dumps(name, ensure_ascii=False), part))
            check_names([name for name, _ in columns])
            names = sum(len(name) for name, _ in columns)
            made = _Made(self._size, self._limits)
            for cells in zip(*(part for _, part in columns), strict=False):
                made.count(names + sum(map(len, cells)), len(cells))
                pairs = zip(columns, cells, strict=True)
                spool.write("{" + ", ".join(f"{name}: {cell.rstrip()}" for (name, _), cell in pairs) + "}\n")
        return spool

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
        if self._spool is not None:
            self._spool.seek(0)
            for line in self._spool:
                yield JsonRow(line.rstrip("\n"), _parsed(line))
            return
        with as_text(self._file, self.encoding, newline=None) as text:
            if self.kind == "json" and self._shape.inside is not None:
                yield from self._rows_inside(text, self._shape.inside)
                return
            if self.kind == "json":
                yield from (JsonRow(raw, _checked(raw, value)) for raw, value in self._document(text))
                return
            for line in bounded_lines(text, self._max):
                raw = line.strip(_BLANK)
                if raw:
                    yield JsonRow(raw, _parsed(raw))

    def _document(self, text: io.TextIOWrapper) -> Iterator[tuple[str, object]]:
        shape = self._shape
        made = _Made(self._size, self._limits)
        if shape.kind == "index":
            yield from ((raw, value) for _, raw, value in members(text, self._max, shape.path))
        elif shape.kind in ("split", "matrix"):
            rows = elements(text, self._max, shape.path)
            if shape.kind == "matrix" and shape.names:
                next(rows, None)
            for raw, value in rows:
                if not isinstance(value, list):
                    yield raw, value
                    continue
                names = shape.names or tuple(f"column_{i}" for i in range(1, len(value) + 1))
                row = dict(zip(names, value, strict=False))
                yield made.source_of(row), row
        elif shape.kind == "object":
            raw = text.read(self._max + 1)
            if len(raw) > self._max:
                raise BrokenFile("line_too_long", count=self._max)
            raw = raw.strip(_BLANK)
            value = _parsed(raw)
            if isinstance(value, Bad):
                raise BrokenFile("no_json_rows")
            yield raw, value
        else:
            yield from elements(text, self._max, shape.path)

    def _rows_inside(self, text: io.TextIOWrapper, key: str) -> Iterator[JsonRow]:
        made = _Made(self._size, self._limits)
        for raw, value in elements(text, self._max, self._shape.path):
            # Once for all its rows: none is deeper than what it is taken out of, and each repeats what surrounds them.
            may_be_too_deep = is_too_deep(raw)
            for row in exploded(value, key):
                source = made.source_of(row)
                yield JsonRow(source, _checked(source, row) if may_be_too_deep else row)

    def records(self, needed: Collection[int] | None = None) -> Iterator[Record]:
        columns = self.columns
        strings = [ABSENT] * len(columns)
        position = columns.index(STRING_COLUMN) if STRING_COLUMN in columns else 0
        known = self.known
        known.update(columns)
        for row in self.rows():
            value = row.value
            if isinstance(value, dict):
                if not value.keys() <= known:
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

    def close(self) -> None:
        if self._spool is not None:
            self._spool.close()


_BLANK: Final = " \t\r\n\x1a\x1e\ufeff"
"""What may stand around a line: the mark of joined files, and the sign that JSON text sequences begin with."""


def _first_sign(text: io.TextIOWrapper) -> str:
    while chunk := text.read(4096):
        if rest := chunk.lstrip(_BLANK + "\0"):
            return rest[0]
    return ""


def _values(text: io.TextIOWrapper, most: int) -> Iterator[object]:
    return (value for _, value in elements(text, most))


def _is_error(row: dict[str, object]) -> bool:
    """Whether the only object is what a web service answers when something went wrong."""
    keys = {key.casefold() for key in row}
    return bool(keys) and keys <= _ERROR_KEYS and bool(keys & _SURELY_ERROR)


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
