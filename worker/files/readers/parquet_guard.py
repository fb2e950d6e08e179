"""What a Parquet file would take to read, told from its own headers before Arrow unpacks a byte.

Arrow holds a page whole, and believes what the file says of its size; a few thousand bytes can ask for gigabytes.
Layout: https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import IO, Any, Final, cast

from worker.files.errors import BrokenFile, TooLarge, TooManyColumns
from worker.files.limits import MAX_COLUMNS
from worker.files.readers.thrift_compact import Reader, TooManyValues

MAX_DEPTH: Final = 100
"""Nested columns deeper than this are no data; Arrow recurses."""
_MAX_FOOTER: Final = 16 << 20
_MAX_PAGE: Final = 128 << 20
"""Largest page, unpacked; writers make them of 1 MiB, larger only for a thousand very long texts."""
_MAX_OPEN: Final = 256 << 20
"""Largest pages of all parts of one column together: these are open at the same time."""
_MAX_VALUES: Final = 32 << 20
"""Most values of a page: Arrow holds a few bytes for each, even where they are all null."""
_BATCH_REPEATED: Final = 128 << 20
"""Most that a batch may unpack to when every row points at all of its column's dictionary."""
_BATCH_PLAIN: Final = 16 << 20
"""What a batch holds of pages that repeat nothing, on average."""
_CELL_BYTES: Final = 8
"""What a cell counts at least, be it null."""
_HEADER: Final = 1 << 10
_MAX_HEADER: Final = 1 << 20
_HEADER_VALUES: Final = 1_000
_MAX_PAGES: Final = 200_000
"""Most pages of a file: each is looked at, and a footer can name the same ones again and again."""
_DATA, _DICTIONARY, _DATA_V2 = 0, 2, 3
_DELTA_BYTE_ARRAY: Final = 7


@dataclass(slots=True)
class Cost:
    """What a top-level column of a row group takes, in bytes.

    repeated: what one of its values may unpack to over and over. A dictionary holds each distinct text once and rows
        only point at it; a delta-encoded text repeats the one before it. So one text of 20 MB and a thousand rows are
        1 MB on disk and 20 GB in memory.
    opened: its largest pages, which Arrow unpacks whole.
    plain: a row of its pages on average.
    """

    repeated: int = 0
    opened: int = 0
    plain: float = 0.0


@dataclass(frozen=True, slots=True)
class Costs:
    """For each row group: top-level column -> its cost. Batches are cut by this."""

    groups: tuple[dict[str, Cost], ...]

    def _of(self, columns: Collection[str] | None) -> Iterator[list[Cost]]:
        return ([cost for name, cost in group.items() if columns is None or name in columns] for group in self.groups)

    def rows(self, columns: Collection[str] | None, most: int) -> int:
        """Rows of these columns (None: of all) in one batch, `most` unless they are large."""
        for costs in self._of(columns):
            most = min(most, _BATCH_REPEATED // max(sum(cost.repeated for cost in costs), 1))
            most = min(most, int(_BATCH_PLAIN / max(sum(cost.plain for cost in costs), 1)))
        return max(most, 1)

    def opened(self, columns: Collection[str] | None) -> int:
        """Bytes of the pages that are open together when these columns are read side by side."""
        return max((sum(cost.opened for cost in costs) for costs in self._of(columns)), default=0)


@dataclass(frozen=True, slots=True)
class _Page:
    kind: int
    size: int
    values: int
    encoding: int


def inspect(file: IO[bytes], max_bytes: int) -> Costs:
    """Walks footer and page headers. Raises BrokenFile, TooLarge, TooManyColumns."""
    try:
        footer = _footer(file)
        _check_schema(_structs(footer, 2))
        walk = _Walk(file, max_bytes)
        groups = tuple(walk.group(group) for group in _structs(footer, 4))
    except (IndexError, ValueError, KeyError, TypeError, TooManyValues) as error:
        raise BrokenFile("parquet_damaged") from error
    return Costs(groups)


def _footer(file: IO[bytes]) -> dict[int, Any]:
    end = file.seek(0, 2)
    file.seek(max(0, end - 8))
    tail = file.read(8)
    size = int.from_bytes(tail[:4], "little")
    if tail[4:] != b"PAR1" or size + 12 > end:
        raise BrokenFile("parquet_cut_short")
    if size > _MAX_FOOTER:
        raise BrokenFile("parquet_footer")
    file.seek(end - 8 - size)
    try:
        return Reader(file.read(size)).struct()
    except TooManyValues as error:
        raise BrokenFile("parquet_footer") from error


def _structs(parent: dict[int, Any], field: int) -> list[dict[int, Any]]:
    return cast(list[dict[int, Any]], parent.get(field, []))


def _check_schema(elements: list[dict[int, Any]]) -> None:
    """The schema is a tree written root first; field 5 counts an element's children."""
    if elements and elements[0].get(5, 0) > MAX_COLUMNS:
        raise TooManyColumns(MAX_COLUMNS)
    open_children: list[int] = []
    for element in elements:
        while open_children and open_children[-1] == 0:
            open_children.pop()
        if open_children:
            open_children[-1] -= 1
        if element.get(5, 0) > 0:
            open_children.append(element[5])
        if len(open_children) > MAX_DEPTH:
            raise BrokenFile("parquet_columns_too_deep")


class _Walk:
    """The pages of a file, by their headers alone; counted, so that a lie in the footer is of no use."""

    def __init__(self, file: IO[bytes], max_bytes: int) -> None:
        self._file, self._max_bytes = file, max_bytes
        self._total = self._pages_seen = 0

    def group(self, group: dict[int, Any]) -> dict[str, Cost]:
        """Top-level column -> cost. Raises TooLarge, BrokenFile."""
        costs: dict[str, Cost] = {}
        rows = max(cast(int, group.get(3, 0)), 1)
        for chunk in _structs(group, 1):
            column = chunk[3]
            cost = costs.setdefault(column[3][0].decode("utf-8", "replace"), Cost())
            dictionary = largest = delta = plain = 0
            for page in self._pages(column):
                if page.kind == _DICTIONARY:
                    dictionary = max(dictionary, page.size)
                else:
                    largest = max(largest, page.size)
                    delta = max(delta, page.size if page.encoding == _DELTA_BYTE_ARRAY else 0)
                    plain += page.size
            cost.opened += dictionary + largest
            cost.repeated += max(dictionary, delta)
            cost.plain += plain / rows
        if any(cost.opened > _MAX_OPEN for cost in costs.values()):
            raise _page_error()
        return costs

    def _pages(self, column: dict[int, Any]) -> Iterator[_Page]:
        left, values = column[7], column[5]
        at = min(column[9], column.get(11) or column[9])
        if at < 0 or left < 0 or values < 0:
            raise ValueError("a size below zero")
        while left > 0 and values > 0:
            header, size = _header(self._file, at)
            page = _page(header)
            packed = header[3]
            if packed < 0 or page.size < 0 or page.values < 0:
                raise ValueError("a size below zero")
            self._count(page)
            yield page
            at += size + packed
            left -= size + packed
            values -= page.values if page.kind != _DICTIONARY else 0

    def _count(self, page: _Page) -> None:
        self._pages_seen += 1
        if page.size > _MAX_PAGE or page.values > _MAX_VALUES or self._pages_seen > _MAX_PAGES:
            raise _page_error()
        self._total += page.size + _CELL_BYTES * page.values * (page.kind != _DICTIONARY)
        if self._total > self._max_bytes:
            raise TooLarge(self._max_bytes)


def _header(file: IO[bytes], at: int) -> tuple[dict[int, Any], int]:
    """(page header, its own bytes)."""
    length = _HEADER
    while True:
        file.seek(at)
        data = file.read(length)
        reader = Reader(data, _HEADER_VALUES)
        try:
            header = reader.struct()
        except IndexError:
            if len(data) < length or length >= _MAX_HEADER:
                raise
            length *= 8
            continue
        return header, reader.at


def _page(header: dict[int, Any]) -> _Page:
    kind = header[1]
    if kind == _DATA:
        return _Page(kind, header[2], header[5][1], header[5][2])
    if kind == _DATA_V2:
        return _Page(kind, header[2], header[8][1], header[8][4])
    if kind == _DICTIONARY:
        return _Page(kind, header[2], header[7][1], header[7][2])
    return _Page(kind, header[2], 0, 0)


def _page_error() -> BrokenFile:
    return BrokenFile("parquet_pages")
