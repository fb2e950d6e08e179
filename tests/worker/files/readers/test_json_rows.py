"""JSON lines and arrays as rows."""

from __future__ import annotations

import pytest

from tests.worker.files.helpers import (
    LONG,
    jsonl_bytes,
    read,
    texts,
)
from worker.files import errors


def test_too_many_json_keys_are_refused_while_reading_however_late() -> None:
    late = {"review": "x"} | {f"k{i}": 1 for i in range(1_001)}
    with pytest.raises(errors.TooManyColumns):
        read(jsonl_bytes(*[{"review": "x"}] * 400, late), "a.jsonl")


def test_an_asked_json_key_may_appear_late() -> None:
    data = jsonl_bytes(*[{"review": LONG}] * 300, {"review": LONG, "mine": "x"})
    assert texts(data, "a.jsonl", text_column="mine")[-2:] == [None, "x"]
