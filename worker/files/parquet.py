"""Parquet as a table, batch by batch."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from io import IOBase
from typing import IO, Any, Final, cast

import pyarrow as pa
import pyarrow.parquet as pq

from worker.files.cells import Cell
from worker.files.errors import TooLarge, TooManyColumns
from worker.files.limits import MAX_COLUMNS, Limits
from worker.files.table import SAMPLE_ROWS, Record, Table, first_rows, record_chars

_BATCH: Final = 1024
_BATCH_BYTES: Final = 128 << 20
"""Most that a batch may unpack to when every row points at all of its column's dictionary."""
_BUFFER: Final = 1 << 20


class NotUtf8(bytes):
    """A string cell whose bytes are no UTF-8."""


class Parquet(Table):
    """A Parquet file. Memory is a batch of rows, not a row group: pages are read through a small buffer."""

    def __init__(self, file: IO[bytes], limits: Limits) -> None:
        super().__init__("parquet")
        file.seek(0)
        self._file = file
        self._max_bytes = limits.max_unpacked_bytes
        metadata = self._open().metadata
        groups = range(metadata.num_row_groups)
        if sum(metadata.row_group(i).total_byte_size for i in groups) > self._max_bytes:
            raise TooLarge(self._max_bytes)
        self.schema: pa.Schema = self._open().schema_arrow
        if len(self.schema.names) > MAX_COLUMNS:
            raise TooManyColumns(MAX_COLUMNS)
        self._rows = metadata.num_rows
        self.titles = list(self.schema.names)
        self.columns = list(self.schema.names)

    def _open(self, read_dictionary: list[str] | None = None) -> pq.ParquetFile:
        self._file.seek(0)
        file = pa.PythonFile(cast(IOBase, self._file), mode="r")
        return pq.ParquetFile(file, buffer_size=_BUFFER, pre_buffer=False, read_dictionary=read_dictionary)

    def _dictionary_bytes(self, columns: list[str] | None) -> int:
        """Unpacked bytes of these columns' dictionaries, in the row group where they are largest.

        A dictionary holds each distinct text once and rows only point at it, so that one text of 20 MB and a thousand
        rows are 1 MB on disk and 20 GB in memory: batches are cut by this size. It is learned from a first row per
        group read as pointers; the metadata of a damaged column chunk would end the process (pyarrow 26: no C++
        exception of `RowGroupMetaData.column` is caught).
        """
        schema = self._open().schema
        leaves = [schema.column(i) for i in range(len(schema))]
        file = self._open([leaf.path for leaf in leaves if leaf.physical_type == "BYTE_ARRAY"])
        largest = 0
        for group in range(file.num_row_groups):
            for batch in file.iter_batches(batch_size=1, row_groups=[group], columns=columns, use_threads=False):
                largest = max(largest, batch.nbytes)
                break
        return largest

    def row_count(self) -> int:
        return self._rows

    def batches(self, columns: list[str] | None = None, rows: int = _BATCH) -> Iterator[pa.RecordBatch]:
        """Record batches of at most `rows` rows; TooLarge once more was decoded than any file may hold."""
        total = 0
        file = self._open()
        rows = max(1, min(rows, _BATCH_BYTES // max(self._dictionary_bytes(columns), 1)))
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
        for batch in self.batches(names, rows):
            found = dict(zip(positions, (values(column) for column in batch.columns), strict=True))
            for cells in zip(*(found.get(i) or [None] * len(batch) for i in range(len(empty))), strict=True):
                yield list(cells)


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
