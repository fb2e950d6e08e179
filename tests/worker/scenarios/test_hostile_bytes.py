"""Random and damaged bytes raise a FileError or give rows, nothing else."""

from __future__ import annotations

import gzip

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.worker.files.helpers import (
    GOOD,
    SUFFIXES,
    jsonl_bytes,
    pack,
    parquet_bytes,
    read,
    write,
    xlsx_bytes,
    zip_bytes,
)
from worker.files.errors import FileError

MAGIC = [
    b"",
    b"PK\x03\x04",
    b"PAR1",
    b"\x1f\x8b\x08\x00",
    b"\x28\xb5\x2f\xfd",
    b"[",
    b'{"review":',
    b"review,n\n",
    b"\xff\xfe",
    b'"',
]


@settings(max_examples=250, deadline=None)
@given(
    st.sampled_from(MAGIC),
    st.binary(max_size=300),
    st.sampled_from(SUFFIXES),
    st.sampled_from(["", ".gz", ".zst", ".zip"]),
)
@example(b"", b'"', ".csv", "")
@example(b"review,n\n", b"\xc2", ".json", "")
def test_arbitrary_bytes_raise_nothing_but_file_errors(start: bytes, data: bytes, suffix: str, packing: str) -> None:
    try:
        rows = read(start + data, f"a{suffix}{packing}")
    except FileError:
        return
    scored, name = write(start + data, f"a{suffix}{packing}", format="jsonl")
    assert name.endswith(("json", "jsonl", "ndjson"))  # JSON lines keep the suffix that they had
    assert len(scored.splitlines()) == len(rows)


WHOLE = {
    "csv": GOOD * 3,
    "jsonl": jsonl_bytes({"review": "a good film"}, "x"),
    "json": b'[{"review": "a good film"}, "x"]',
    "parquet": parquet_bytes({"review": ["a good film", "x"], "n": [1, 2]}),
    "xlsx": xlsx_bytes([["review", "n"], ["a good film", 1]]),
    "csv.gz": gzip.compress(GOOD),
    "csv.zst": pack(GOOD, "a", "zst")[0],
    "zip": zip_bytes({"a.csv": GOOD}),
}


@settings(max_examples=250, deadline=None)
@given(st.sampled_from(sorted(WHOLE)), st.integers(0, 1 << 16), st.integers(0, 255), st.booleans())
def test_a_flipped_byte_or_a_cut_raises_nothing_but_file_errors(kind: str, at: int, byte: int, cut: bool) -> None:
    data = bytearray(WHOLE[kind])
    at %= len(data)
    if cut:
        del data[at:]
    else:
        data[at] = byte
    try:
        rows = read(bytes(data), f"a.{kind}")
        scored, _ = write(bytes(data), f"a.{kind}", format="jsonl")
    except FileError:
        return
    assert len(scored.splitlines()) == len(rows)
