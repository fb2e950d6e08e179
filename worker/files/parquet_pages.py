"""How large the dictionary pages of a Parquet file are, which its metadata does not say.

A dictionary page holds each distinct value once; a row only points at it. So a page of one 20 MB text and a thousand
rows that point at it are 1 MB on disk and 20 GB in memory: batches have to be cut by the size of the page.
"""

from __future__ import annotations

from typing import IO, Final

import pyarrow.parquet as pq

_DICTIONARY_PAGE: Final = 2
_I32_NEXT_FIELD: Final = 0x15
_HEADER: Final = 16


def dictionary_bytes(file: IO[bytes], metadata: pq.FileMetaData, columns: set[str] | None) -> int:
    """Unpacked bytes of the dictionaries of these columns (all when None), in the row group where they are largest."""
    return max((_of_group(file, metadata.row_group(i), columns) for i in range(metadata.num_row_groups)), default=0)


def _of_group(file: IO[bytes], group: pq.RowGroupMetaData, columns: set[str] | None) -> int:
    total = 0
    for i in range(group.num_columns):
        chunk = group.column(i)
        if chunk.physical_type != "BYTE_ARRAY":
            continue
        path = chunk.path_in_schema
        if columns is None or path in columns or any(path.startswith(f"{name}.") for name in columns):
            starts = [start for start in (chunk.dictionary_page_offset, chunk.data_page_offset) if start]
            total += _first_page(file, min(starts, default=0))
    return total


def _first_page(file: IO[bytes], offset: int) -> int:
    """Unpacked bytes of the page at `offset` if it is a dictionary, which only a chunk's first page can be.

    Reads the first two fields of its Thrift header, type and uncompressed_page_size (parquet.thrift, PageHeader).
    """
    file.seek(max(offset, 0))
    header = file.read(_HEADER)
    if not header or header[0] != _I32_NEXT_FIELD:
        return 0
    kind, at = _integer(header, 1)
    if kind != _DICTIONARY_PAGE or at >= len(header) or header[at] != _I32_NEXT_FIELD:
        return 0
    return max(_integer(header, at + 1)[0], 0)


def _integer(data: bytes, at: int) -> tuple[int, int]:
    """(value, next position) of a zigzag varint, Thrift's compact protocol."""
    value = shift = 0
    while at < len(data):
        byte = data[at]
        value |= (byte & 0x7F) << shift
        shift += 7
        at += 1
        if byte < 0x80:
            break
    return (value >> 1) ^ -(value & 1), at
