"""Parquet as a table, batch by batch."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterator
from contextlib import ExitStack
from io import IOBase
from typing import IO, Any, Final, cast

import pyarrow as pa
import pyarrow.parquet as pq

from worker.files.cells import Cell, NotUtf8
from worker.files.errors import BrokenFile, TooLarge
from worker.files.limits import Limits
from worker.files.readers.parquet_guard import inspect
from worker.files.table import SAMPLE_ROWS, Record, Table, check_names, first_rows, record_size

_BATCH: Final = 1024
_TOGETHER: Final = 96 << 20
"""Pages of several columns that may be open together, in bytes; beyond, each column goes over the disk by itself."""
_VALUES_BYTES: Final = 8 << 20
"""What is turned into Python values at a time."""
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
        self._costs = inspect(file, self._max_bytes)
        opened = self._open()
        self.schema: pa.Schema = opened.schema_arrow
        check_names(self.schema.names)
        self._rows = opened.metadata.num_rows
        self.titles = list(self.schema.names)
        self.columns = list(self.schema.names)

    def _open(self) -> pq.ParquetFile:
        self._file.seek(0)
        file = pa.PythonFile(cast(IOBase, self._file), mode="r")
        return pq.ParquetFile(file, buffer_size=_BUFFER, pre_buffer=False)

    def layout(self) -> tuple[str, ...]:
        """Names with their types: rows of one schema only go into one file."""
        return tuple(f"{field.name} {field.type}" for field in self.schema)

    def row_count(self) -> int:
        return self._rows

    def batches(self, columns: list[str] | None = None, rows: int = _BATCH) -> Iterator[pa.RecordBatch]:
        """Record batches of at most `rows` rows; TooLarge once more was decoded than any file may hold."""
        rows = self._costs.rows(columns, rows)
        if self._costs.opened(columns) <= _TOGETHER:
            return self._counted(columns, rows)
        return self._by_column(columns or self.columns, rows)

    def _counted(self, columns: list[str] | None, rows: int, total: int = 0) -> Iterator[pa.RecordBatch]:
        for batch in self._open().iter_batches(batch_size=rows, columns=columns, use_threads=False):
            total += batch.nbytes
            if total > self._max_bytes:
                raise TooLarge(self._max_bytes)
            yield batch

    def _by_column(self, columns: list[str], rows: int) -> Iterator[pa.RecordBatch]:
        """The same for pages so large that those of all columns have no room beside one another in memory."""
        total = 0
        with ExitStack() as stack:
            spools: list[Iterator[pa.RecordBatch]] = []
            for name in columns:
                spool = stack.enter_context(tempfile.TemporaryFile())
                with pa.ipc.new_stream(pa.PythonFile(spool, mode="w"), pa.schema([self.schema.field(name)])) as out:
                    for batch in self._counted([name], rows, total):
                        total += batch.nbytes
                        out.write_batch(batch)
                spool.seek(0)
                spools.append(iter(pa.ipc.open_stream(pa.PythonFile(spool, mode="r"))))
            for parts in zip(*spools, strict=True):
                yield pa.RecordBatch.from_arrays([part.column(0) for part in parts], names=columns)

    def sample(self) -> list[Record]:
        return first_rows(self._records(None, SAMPLE_ROWS), record_size)

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
    """The same rows in batches that are small and whose lists hold few items. Raises BrokenFile for a row that holds
    too many.
    """
    for batch in batches:
        few = sum(map(_items, batch.columns)) <= _MAX_ITEMS
        if few and (len(batch) <= 1 or batch.nbytes <= _VALUES_BYTES):
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
