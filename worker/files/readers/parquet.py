"""Parquet as a table, batch by batch."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from io import IOBase
from typing import IO, Any, Final, cast

import pyarrow as pa
import pyarrow.parquet as pq

from worker.files.cells import Cell, NotUtf8
from worker.files.errors import BrokenFile, TooLarge, TooManyColumns
from worker.files.limits import MAX_COLUMNS, Limits
from worker.files.readers.parquet_guard import inspect
from worker.files.table import SAMPLE_ROWS, Record, Table, first_rows, record_chars

_BATCH: Final = 1024
_BATCH_BYTES: Final = 128 << 20
"""Most that a batch may unpack to when every row points at all of its column's dictionary."""
_MAX_ITEMS: Final = 1 << 20
"""Items of lists turned into Python values at a time."""
_BUFFER: Final = 1 << 20


class Parquet(Table):
    """A Parquet file. Memory is a batch of rows, not a row group: pages are read through a small buffer."""

    def __init__(self, file: IO[bytes], limits: Limits) -> None:
        super().__init__("parquet")
        file.seek(0)
        self._file = file
        self._max_bytes = limits.max_unpacked_bytes
        self._growth = inspect(file, self._max_bytes)
        opened = self._open()
        self.schema: pa.Schema = opened.schema_arrow
        if len(self.schema.names) > MAX_COLUMNS:
            raise TooManyColumns(MAX_COLUMNS)
        self._rows = opened.metadata.num_rows
        self.titles = list(self.schema.names)
        self.columns = list(self.schema.names)

    def _open(self) -> pq.ParquetFile:
        self._file.seek(0)
        file = pa.PythonFile(cast(IOBase, self._file), mode="r")
        return pq.ParquetFile(file, buffer_size=_BUFFER, pre_buffer=False)

    def row_count(self) -> int:
        return self._rows

    def batches(self, columns: list[str] | None = None, rows: int = _BATCH) -> Iterator[pa.RecordBatch]:
        """Record batches of at most `rows` rows; TooLarge once more was decoded than any file may hold."""
        total = 0
        file = self._open()
        rows = max(1, min(rows, _BATCH_BYTES // max(self._growth.largest(columns), 1)))
        for batch in file.iter_batches(batch_size=rows, columns=columns, use_threads=False):
            total += batch.nbytes
            if total > self._max_bytes:
                raise TooLarge(self._max_bytes)
            yield batch

    def sample(self) -> list[Record]:
        return first_rows(self._records(None, SAMPLE_ROWS), record_chars)

    def records(self, needed: Collection[int] | None = None) -> Iterator[Record]:
        return self._records(needed, _BATCH)

    def _records(self, needed: Collection[int] | None, rows: int) -> Iterator[Record]:
        positions = range(len(self.columns)) if needed is None else sorted(needed)
        names = None if needed is None else [self.columns[i] for i in positions]
        empty: list[Cell] = [None] * len(self.columns)
        for batch in _handy(self.batches(names, rows)):
            found = dict(zip(positions, (values(column) for column in batch.columns), strict=True))
            for cells in zip(*(found.get(i) or [None] * len(batch) for i in range(len(empty))), strict=True):
                yield list(cells)


def _handy(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The same rows in batches whose lists hold few items. Raises BrokenFile for a row that holds too many."""
    for batch in batches:
        if sum(map(_items, batch.columns)) <= _MAX_ITEMS:
            yield batch
        elif len(batch) == 1:
            raise BrokenFile("list_too_long", count=_MAX_ITEMS)
        else:
            half = len(batch) // 2
            yield from _handy(iter((batch.slice(0, half), batch.slice(half))))


def _items(column: Any) -> int:
    """Items of all lists in a column, however nested."""
    kind = column.type
    if pa.types.is_struct(kind):
        return len(column) + sum(map(_items, column.flatten()))
    if pa.types.is_map(kind):
        column = column.cast(pa.list_(pa.struct([("key", kind.key_type), ("value", kind.item_type)])))
        return len(column) + _items(column.flatten())
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        return len(column) + _items(column.flatten())
    return len(column)


def values(column: Any) -> list[Cell]:
    """The column as Python values; bytes become text, and a string that is no UTF-8 a NotUtf8."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    cells: list[Cell]
    try:
        cells = column.to_pylist()
    except UnicodeDecodeError:
        cells = column.cast(pa.large_binary()).to_pylist()
    except (ValueError, OverflowError):  # times beyond Python's years, or finer than microseconds
        cells = column.cast(pa.string()).to_pylist()
    return [_text(cell) if isinstance(cell, bytes) else cell for cell in cells]


def _text(cell: bytes) -> Cell:
    try:
        return cell.decode()
    except UnicodeDecodeError:
        return NotUtf8(cell)
