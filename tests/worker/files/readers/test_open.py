"""Which format a file has: its content first, then its name."""

from __future__ import annotations

import gzip

import pytest

from tests.worker.files.helpers import (
    SUFFIXES,
    parquet_bytes,
    texts,
    xlsx_bytes,
)


@pytest.mark.parametrize(
    "name", [f"a{suffix}{packed}" for suffix in SUFFIXES for packed in ("", ".gz", ".zst", ".zip")]
)
def test_a_content_known_by_its_first_bytes_beats_the_name(name: str) -> None:
    if name.endswith((".gz", ".zst", ".zip")):
        return
    assert texts(xlsx_bytes([["review"], ["a good film"]]), name) == ["a good film"]
    assert texts(parquet_bytes({"review": ["a good film"]}), name) == ["a good film"]
    assert texts(gzip.compress(xlsx_bytes([["review"], ["a good film"]])), name) == ["a good film"]
