"""Which format a file has: its content first, then its name."""

from __future__ import annotations

import gzip

import pytest

from tests.worker.files.helpers import (
    SUFFIXES,
    open_reviews_of,
    parquet_bytes,
    texts,
    xlsx_bytes,
)
from worker.files.errors import BrokenFile


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_content_known_by_its_first_bytes_beats_the_name(suffix: str) -> None:
    name = f"a{suffix}"
    assert texts(xlsx_bytes([["review"], ["a good film"]]), name) == ["a good film"]
    assert texts(parquet_bytes({"review": ["a good film"]}), name) == ["a good film"]
    assert texts(gzip.compress(xlsx_bytes([["review"], ["a good film"]])), name) == ["a good film"]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("a.xlsx", "its name ends in .xlsx but its content is something else"),
        ("a.parquet", "its name ends in .parquet but its content is something else"),
    ],
)
def test_a_name_alone_makes_no_workbook_and_no_parquet(name: str, sentence: str) -> None:
    with pytest.raises(BrokenFile, match=sentence):
        texts(b"review\na good film\n", name)


def test_lines_of_json_in_a_json_file_are_read_as_lines() -> None:
    data = b'{"review": "a"}\n{"review": "b"}\n'
    for name, kind in (("a.json", "jsonl"), ("a.jsonl", "jsonl")):
        with open_reviews_of(data, name) as reviews:
            assert reviews._opened.table.kind == kind
    with open_reviews_of(b'\xef\xbb\xbf \n["a"]', "a.jsonl") as reviews:
        assert reviews._opened.table.kind == "json"
