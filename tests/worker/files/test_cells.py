"""Single values: storable in SQL, harmless in spreadsheets."""

from __future__ import annotations

import json

import pytest

from tests.worker.files.helpers import (
    jsonl_bytes,
    read,
    texts,
    write,
)


def test_texts_can_be_stored_in_sql() -> None:
    rows = texts(b'{"review": "nul \\u0000 and half \\ud83d a pair"}\n', "a.jsonl")
    assert rows == ["nul   and half \ufffd a pair"]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"), ("+x", "'+x"), ("-x", "'-x"), ("@a", "'@a"), ("\tq", "'\tq"),
     ("-3.5", "-3.5"), ("+1e5", "+1e5"), ("-1,234.5", "-1,234.5"), ("-5 %", "-5 %"), ("- not good", "'- not good"),
     ("'=x", "'=x"), ("plain", "plain"), ("-", "'-"), ("=1", "'=1")],
)  # fmt: skip
@pytest.mark.parametrize("asked", ["csv", "tsv", "xlsx"])
def test_cells_that_spreadsheets_would_run_are_defused(cell: str, expected: str, asked: str) -> None:
    data = jsonl_bytes({"review": "a good film", "=note": cell})
    scored, name = write(data, "a.jsonl", format=asked)
    assert read(scored, name, text_column="'=note")[0].text == expected
    raw, _ = write(data, "a.jsonl", format="jsonl")
    assert json.loads(raw)["=note"] == cell
