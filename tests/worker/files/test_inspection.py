"""How a file will be read, as `reelfeel inspect` shows it."""

from __future__ import annotations

import io

import pytest

from tests.worker.files.helpers import LIMITS, csv_bytes
from worker.files import inspection
from worker.files.inspection import inspect_file


def test_the_keys_of_the_json_are_those_of_the_cases() -> None:
    good = [f"F{n},A warm film {n},{n}" for n in range(1, 9)]
    data = csv_bytes("Club", "", "film,review,stars", *good, "G,,3", "H,x,1,2")
    found = inspect_file(io.BytesIO(data), "a.csv", limits=LIMITS).as_json()
    assert list(found)[:13] == [
        "format", "encoding", "delimiter", "quoting", "header_row", "skipped_rows", "sheets", "members", "columns",
        "rows", "rejected", "preview", "notes",
    ]  # fmt: skip
    assert found["header_row"] == 3
    assert [skip["row"] for skip in found["skipped_rows"]] == [1, 2]
    assert found["columns"] == {"text": "review", "film": "film", "date": None, "stars": "stars"}
    assert found["rows"] == 8
    assert found["rejected"] == [{"row": 9, "code": "empty"}, {"row": 10, "code": "ragged"}]
    assert [row["row"] for row in found["preview"]] == [1, 2, 3, 6, 7, 8]
    assert found["preview"][0] == {"row": 1, "text": "A warm film 1", "film": "F1", "date": None, "stars": "1"}


def test_long_texts_and_many_rejected_rows_are_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspection, "_MAX_REJECTED", 2)
    data = csv_bytes("review,n", "x" * 2_000 + ",1", *[",2"] * 3, "y,3")
    found = inspect_file(io.BytesIO(data), "a.csv", limits=LIMITS)
    assert len(found.preview[0]["text"]) == 500
    assert found.preview[0]["text"].endswith("…")
    assert len(found.rejected) == 2
    assert "1 more row" in found.notes[0]
