"""Parquet as rows, in flat memory."""

from __future__ import annotations

import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.worker.files.helpers import (
    parquet_bytes,
    read,
    write,
)
from worker.files import errors
from worker.files.limits import Limits
from worker.files.readers.parquet import Parquet


@pytest.mark.slow  # seconds of a processor
def test_a_parquet_dictionary_does_not_unpack_beyond_the_limit() -> None:
    """1 MB on disk, 20 GB per thousand rows in memory."""
    once = pa.DictionaryArray.from_arrays(pa.array([0] * 2_000, pa.int32()), pa.array(["x" * (20 << 20)]))
    out = io.BytesIO()
    pq.write_table(pa.table({"review": once}), out, dictionary_pagesize_limit=1 << 30, store_schema=False)
    assert len(out.getvalue()) < 2 << 20
    batches = Parquet(out, Limits(10_000, 256 << 20, 100)).batches()
    assert next(batches).nbytes < 160 << 20
    with pytest.raises(errors.TooLarge):
        read(out.getvalue(), "a.parquet", limits=Limits(10_000, 256 << 20, 100))


def test_one_row_cannot_hold_a_list_of_millions() -> None:
    numbers = pa.array([pa.nulls(2 << 20, pa.int8())], pa.list_(pa.int8()))
    data = parquet_bytes({"review": ["a good film"], "list": numbers})
    with pytest.raises(errors.BrokenFile, match="lists of more than"):
        write(data, "a.parquet", format="csv")
