"""Scored rows as JSON."""

from __future__ import annotations

import json

from tests.worker.files.helpers import (
    jsonl_bytes,
    write,
)


def test_json_rows_keep_their_own_text() -> None:
    lines = [
        b'{"review":"fine film","n":1.10,"big":12345678901234567890.5}',
        b"not json",
        b'"a bare string"',
        b"7",
        b"{}",
    ]
    scored, _ = write(b"\r\n".join(lines), "a.jsonl")
    out = scored.decode().splitlines()
    assert out[0].startswith('{"review":"fine film","n":1.10,"big":12345678901234567890.5, "label": "positive"')
    assert [sorted(json.loads(line))[:1] for line in out][1:] == [["estimated_stars"]] * 4
    assert json.loads(out[1])["unreadable"] == "not json"
    assert json.loads(out[2])["review"] == "a bare string"
    assert json.loads(out[3])["unreadable"] == "7"
    assert json.loads(out[0])["estimated_stars"] == 7.5
    nothing = dict.fromkeys(("label", "probability", "flags", "model", "estimated_stars"))
    assert json.loads(out[4]) == nothing


def test_a_late_json_key_still_counts_as_taken() -> None:
    rows = [{"review": "a fine film"}] * 500 + [{"review": "another one", "label": "mine"}]
    scored, _ = write(jsonl_bytes(*rows), "a.jsonl")
    last = json.loads(scored.decode().splitlines()[-1])
    assert (last["label"], last["reelfeel_label"], last["reelfeel_model"]) == ("mine", "positive", "m501")
    scored, _ = write(jsonl_bytes(*rows), "a.jsonl", format="csv")
    assert scored.decode().splitlines()[0] == (
        "review,label,reelfeel_label,reelfeel_probability,reelfeel_flags,reelfeel_model,reelfeel_estimated_stars"
    )
