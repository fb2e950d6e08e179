"""Scored rows as Parquet."""

from __future__ import annotations

import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.worker.files.helpers import (
    csv_bytes,
    parquet_bytes,
    write,
)
from worker.files.writers import parquet
from worker.files.writers.parquet import _groups


def test_small_batches_are_put_together_without_looking_at_each_again() -> None:
    """Where a dictionary is large they are: looking at a whole group for each made 15,000 rows/s of 67,000."""
    asked = 0

    class Batch:
        def __len__(self) -> int:
            return 10

        @property
        def nbytes(self) -> int:
            nonlocal asked
            asked += 1
            return 100

    groups = list(_groups(iter([Batch() for _ in range(20_000)])))  # type: ignore[misc]
    assert [10 * len(group) for group in groups] == [65_540, 65_540, 65_540, 3_380]
    assert asked == 20_000


def test_parquet_keeps_schema_types_and_metadata() -> None:
    table = pa.table(
        {
            "text": pa.array(["a good film", None, "bad"], pa.large_string()),
            "n": pa.array([1, 2, 3], pa.int8()),
            "tags": pa.array([["a"], [], None], pa.list_(pa.string())),
            "at": pa.array([1, 2, None], pa.timestamp("us", tz="UTC")),
        }
    ).replace_schema_metadata({"made": "here"})
    scored, _ = write(parquet_bytes(table), "a.parquet")
    back = pq.read_table(io.BytesIO(scored))
    assert back.select(table.column_names).equals(table)
    assert back.schema.metadata == {b"made": b"here"}
    assert back.schema.names[-5:] == ["label", "probability", "flags", "model", "estimated_stars"]
    assert back["label"].to_pylist() == ["positive", None, "positive"]
    assert back["probability"].type == back["estimated_stars"].type == pa.float64()
    assert back["estimated_stars"].to_pylist() == [7.5, None, 7.5]
    as_csv, _ = write(parquet_bytes(table), "a.parquet", format="csv")
    assert as_csv.decode().splitlines()[1].startswith('a good film,1,"[""a""]",1970-01-01T00:00:00.000001+00:00')


@pytest.mark.parametrize("rows", [2, 3, 4, 7])
def test_batches_and_groups_join_without_seam(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "_BATCH", 3)
    monkeypatch.setattr(parquet, "_GROUP_ROWS", 6)
    lines = (f"{n},{'' if n == 2 else f'review {n}'}" for n in range(1, rows + 1))
    scored, _ = write(csv_bytes("id,review", *lines), "a.csv", format="parquet")
    table = pq.read_table(io.BytesIO(scored)).to_pydict()
    assert table["id"] == [str(n) for n in range(1, rows + 1)]
    assert table["model"] == [None if n == 2 else f"m{n}" for n in range(1, rows + 1)]
    assert pq.ParquetFile(io.BytesIO(scored)).num_row_groups == (2 if rows > 6 else 1)
