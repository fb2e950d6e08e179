"""JSON that is nested too deeply."""

from __future__ import annotations

from tests.worker.files.helpers import codes, write


def test_deep_json_is_one_bad_row() -> None:
    deep = b'{"review": "x", "more": ' + b"[" * 201 + b"]" * 201 + b"}"
    fine = b'{"review": "x", "more": ' + b"[" * 199 + b"]" * 199 + b', "text": "' + b"[" * 300 + b'"}'
    assert codes(fine + b"\n" + deep + b"\n" + fine, "a.jsonl") == [None, "too_deep", None]
    assert len(write(fine + b"\n" + deep, "a.jsonl", format="csv")[0].splitlines()) == 3
