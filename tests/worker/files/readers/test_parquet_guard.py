"""Parquet files are looked at before they are unpacked."""

from __future__ import annotations

import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.worker.files.helpers import (
    WIDE,
    read,
    texts,
)
from worker.files import errors


def parquet(table: pa.Table, **options: object) -> bytes:
    out = io.BytesIO()
    pq.write_table(table, out, **options)  # type: ignore[arg-type]
    return out.getvalue()


def test_a_parquet_page_that_would_fill_the_memory_is_not_unpacked() -> None:
    table = pa.table({"review": ["x" * (3 << 20)] * 50})
    data = parquet(table, compression="zstd", use_dictionary=False, data_page_size=1 << 30)
    assert len(data) < 1 << 20
    with pytest.raises(errors.BrokenFile, match="pages are too large"):
        read(data, "a.parquet", limits=WIDE)


def test_nested_parquet_is_read_and_nested_without_end_refused() -> None:
    def nested(depth: int) -> bytes:
        kind: pa.DataType = pa.int8()
        for _ in range(depth):
            kind = pa.struct([pa.field("a", kind)])
        return parquet(pa.table({"review": ["a good film"], "deep": pa.array([None], kind)}), store_schema=False)

    assert texts(nested(50), "a.parquet") == ["a good film"]
    with pytest.raises(errors.BrokenFile, match="nested too deeply"):
        read(nested(150), "a.parquet")
