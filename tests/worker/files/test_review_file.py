"""Rows of a file of any kind: a bad one never fails the rest, and limits hold where they are."""

from __future__ import annotations

import io

import openpyxl
import pyarrow as pa
import pytest

from tests.worker.files.helpers import (
    codes,
    jsonl_bytes,
    parquet_bytes,
    read,
    write,
    xlsx_bytes,
)


@pytest.mark.parametrize(
    ("data", "name", "expected"),
    [
        (b"review,n\ngood,1\nbad\nfine,2,3\nok,4,\nx,5\n", "a.csv", [None, "ragged", "ragged", None, None]),
        (b'review,n\n"good\nfilm",1\n"never ends,2\nx,3\n', "a.csv", [None, "unclosed_quote"]),
        (b"review\rgood\r\nbad\nfine\n", "a.csv", [None, None, None]),
        (b"review,n\n\0,1\n ,2\ng\0od,3\n", "a.csv", ["empty", "empty", None]),
        (b"review,n\n" + b"x" * 1_000_000 + b",1\ngood,2\n", "a.csv", ["too_long", None]),
        (b"good\n\nbad\n" + b"x" * 5_001, "a.txt", [None, "empty", None, "too_long"]),
        (b'{"review": "x"}\n{"review": \nnull\n[1]\n{}\n', "a.jsonl", [None, "bad_json", *["not_object"] * 2, "empty"]),
        (jsonl_bytes(*({"review": value} for value in ("x", None, 3, ["a"]))), "a.jsonl", [None, *["not_text"] * 3]),
        (b'{"review": "x"}\n' + b'{"review":' + b"[" * 100_000 + b"\n", "a.jsonl", [None, "bad_json"]),
        (b'{"review": "x"}\n{"review": ' + b"9" * 5_000 + b"}\n", "a.jsonl", [None, "bad_json"]),
        (b'["good", {"review": "bad"}, 3, null, ""]', "a.json", [None, None, "not_object", "not_object", "empty"]),
        (parquet_bytes({"review": ["good", None, ""]}), "a.parquet", [None, "not_text", "empty"]),
        (parquet_bytes({"review": pa.array([b"good", b"\xff\xfe"])}), "a.parquet", [None, "bad_text"]),
        (parquet_bytes({"review": pa.array([b"a", b"\xff"]).view(pa.string())}), "a.parquet", [None, "bad_text"]),
        (parquet_bytes({"review": pa.array(["good", "bad"]).dictionary_encode()}), "a.parquet", [None, None]),
        (xlsx_bytes([["review", "n"], ["a", 1], [None, 2], [], [5, 3], ["b", 4], []]), "a.xlsx",
         [None, "empty", "empty", "not_text", None]),
    ],
)  # fmt: skip
def test_a_bad_row_never_fails_the_rest(data: bytes, name: str, expected: list[str | None]) -> None:
    assert codes(data, name) == expected
    for asked in ("csv", "jsonl", "parquet"):
        scored, made = write(data, name, format=asked)
        assert len(read(scored, made)) == len(expected)
    scored, _ = write(data, name, format="xlsx")
    assert openpyxl.load_workbook(io.BytesIO(scored))["reviews"].max_row == len(expected) + 1
