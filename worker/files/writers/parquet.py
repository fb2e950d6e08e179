"""Scored rows as Parquet: a Parquet file keeps its schema and types, every other kind becomes text columns."""

from __future__ import annotations

from collections.abc import Iterator
from io import IOBase
from itertools import islice
from typing import IO, Final, cast

import pyarrow as pa
import pyarrow.parquet as pq

from worker.files.cells import Cell, as_text, encodable
from worker.files.errors import guarded
from worker.files.readers.joined import Joined, pattern_of
from worker.files.readers.parquet import Parquet
from worker.files.table import Table, record_size
from worker.files.writers.verdicts import AddedValues, Verdicts, fitted, rows

_TYPES: Final = (pa.string(), pa.float64(), pa.string(), pa.string(), pa.float64(), pa.string(), pa.string())
"""Of the columns that are added, as many as there are."""
_BATCH: Final = 1024
_BATCH_CHARS: Final = 8 << 20
_GROUP_ROWS: Final = 65_536
_GROUP_BYTES: Final = 32 << 20


def write_parquet(table: Table, verdicts: Verdicts, names: tuple[str, ...], stream: IO[bytes]) -> None:
    """Row groups of at most 65,536 rows or about 32 MiB, so that memory stays flat."""
    like = pattern_of(table)
    batches: Iterator[pa.RecordBatch]
    if isinstance(table, Joined) and isinstance(like, Parquet):
        schema = like.schema
        batches = guarded(table.through(lambda part: cast(Parquet, part).batches(), len))
    elif isinstance(table, Parquet):
        schema, batches = table.schema, guarded(table.batches())
    else:
        schema = pa.schema([pa.field(name, pa.string()) for name in table.columns])
        batches = _text_batches(table, schema)
    types = _TYPES[: len(names)]
    for name, kind in zip(names, types, strict=True):
        schema = schema.append(pa.field(name, kind))
    with pq.ParquetWriter(pa.PythonFile(cast(IOBase, stream), mode="w"), schema) as writer:
        for group in _groups(_with_verdicts(batches, verdicts, schema, types)):
            writer.write_table(pa.Table.from_batches(group, schema))


def _with_verdicts(
    batches: Iterator[pa.RecordBatch], verdicts: Verdicts, schema: pa.Schema, types: tuple[pa.DataType, ...]
) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        ours = list(islice(verdicts, len(batch)))
        added = [pa.array(column, type=kind) for column, kind in zip(_columns(ours, len(types)), types, strict=True)]
        yield pa.RecordBatch.from_arrays([*batch.columns, *added], schema=schema)


def _columns(ours: list[AddedValues], added: int) -> list[list[Cell]]:
    rows_added = [verdict.values(added) for verdict in ours]
    return [[row[place] for row in rows_added] for place in range(added)]


def _groups(batches: Iterator[pa.RecordBatch]) -> Iterator[list[pa.RecordBatch]]:
    group: list[pa.RecordBatch] = []
    count = size = 0
    for batch in batches:
        group.append(batch)
        count, size = count + len(batch), size + batch.nbytes
        if count >= _GROUP_ROWS or size >= _GROUP_BYTES:
            yield group
            group = []
            count = size = 0
    if group:
        yield group


def _text_batches(table: Table, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    width = len(table.columns)
    lines = rows(table)
    while batch := _some(lines):
        columns = zip(*(fitted(cells, width) for cells in batch), strict=True)
        arrays = [pa.array([_text(cell) for cell in column], type=pa.string()) for column in columns]
        yield pa.RecordBatch.from_arrays(arrays, schema=schema)


def _some(lines: Iterator[list[Cell]]) -> list[list[Cell]]:
    """The next rows; fewer where they are very long."""
    batch: list[list[Cell]] = []
    chars = 0
    for cells in islice(lines, _BATCH):
        batch.append(cells)
        chars += record_size(cells)
        if chars > _BATCH_CHARS:
            break
    return batch


def _text(cell: Cell) -> str | None:
    return None if cell is None else encodable(as_text(cell))
