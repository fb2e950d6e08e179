"""The kind of a text by its content."""

from __future__ import annotations

import io

import pytest

from worker.files.readers.text_kind import kind_in, kind_of_text

TABLE = b"film,review\nA,A warm film\nB,A dull film\n"


@pytest.mark.parametrize(
    ("data", "named", "kind"),
    [
        (TABLE, "txt", "csv"),
        (TABLE.replace(b",", b"\t"), "txt", "tsv"),
        (TABLE, "json", "csv"),
        (b"A warm film, and long\nA dull film, and short\n", "txt", "txt"),
        (b'{"review": "x"}\n{"review": "y"}\n', "csv", "jsonl"),
        (b'{"review": "x"}\n', "jsonl", "jsonl"),
        (b'{\n  "reviews": [\n', "txt", "json"),
        (b'{"reviews": [{"a": 1}]}', "jsonl", "json"),
        (b'[{"review": "x"}]', "csv", "json"),
        (b"[Spoilers] A warm film\n", "csv", "csv"),
        (b'{"review": "x"\n{"review": "y"}\n', "jsonl", "jsonl"),
        (b"\xff\xfe" + TABLE.decode().encode("utf-16-le"), "txt", "csv"),
        (b"", "txt", "txt"),
    ],
)
def test_kinds(data: bytes, named: str, kind: str) -> None:
    assert kind_of_text(io.BytesIO(data), named, f"a.{named}", 1 << 20) == kind


def test_a_kind_that_a_name_hides() -> None:
    assert kind_in("reviews.csv.txt") == "csv"
    assert kind_in("reviews.txt") is None
    assert kind_in("reviews.json.txt") is None


@pytest.mark.parametrize("sign", ["\x85", "\u2028", "\x1c"])
def test_a_line_ends_where_files_end_lines(sign: str) -> None:
    """`str.splitlines` cuts at more signs: the first line of an array would be no JSON."""
    data = f'[{{"review": "A good film.", "0{sign} x": ""}}, {{"review": "A bad film.", "0{sign} x": ""}}]'.encode()
    assert kind_of_text(io.BytesIO(data), "json", "a.json", 1 << 20) == "json"
