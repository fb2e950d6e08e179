"""A file made in memory, and what is expected of how it is read."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from tests.worker.files.helpers import LIMITS, verdicts
from worker.files.errors import FileError
from worker.files.inspection import Inspection, inspect_file
from worker.files.options import ReadOptions
from worker.files.review_file import open_reviews
from worker.files.writers.write import write_scored

WARM = "A warm and funny film, I loved every minute of it."
DULL = "Dull from start to end, with actors who look bored."
TABLE = f'film,review\nA,"{WARM}"\nB,"{DULL}"\n'
"""A CSV of two reviews."""
RECORDS = [{"film": "A", "review": WARM}, {"film": "B", "review": DULL}]
"""The same as objects of JSON."""


def inspected(data: bytes | str, name: str, **said: Any) -> Inspection:
    """What `reelfeel inspect` finds."""
    raw = data.encode() if isinstance(data, str) else data
    return inspect_file(io.BytesIO(raw), name, limits=LIMITS, options=ReadOptions(**said))


def given_back(data: bytes | str, name: str, format: str = "jsonl", **said: Any) -> list[dict[str, Any]]:
    """The rows of the scored copy as JSON."""
    raw = data.encode() if isinstance(data, str) else data
    options = ReadOptions(**said)
    with open_reviews(io.BytesIO(raw), name, limits=LIMITS, options=options) as reviews:
        rows = list(reviews)
    out = io.BytesIO()
    write_scored(io.BytesIO(raw), name, verdicts(rows), out, limits=LIMITS, format=format, options=options)
    return [json.loads(line) for line in out.getvalue().decode().splitlines()]


def check(data: bytes | str, name: str, said: dict[str, Any] | None = None, **wanted: Any) -> Inspection:
    """Inspects the file and compares: text, film, date, stars (columns), texts, films, dates, rows, codes, and any
    other field of the inspection. The scored copy must hold the same texts in the same rows.
    """
    found = inspected(data, name, **(said or {}))
    shown: dict[str, Any] = {
        **found.as_json(),
        **found.columns,
        "texts": [row["text"] for row in found.preview],
        "films": [row["film"] for row in found.preview],
        "dates": [row["date"] for row in found.preview],
        "marks": [row["stars"] for row in found.preview],
        "codes": [row["code"] for row in found.rejected],
    }
    assert {key: shown[key] for key in wanted} == wanted
    scored = [row for row in given_back(data, name, **(said or {})) if row[next(k for k in row if k.endswith("label"))]]
    assert len(scored) == found.rows
    return found


def refused(data: bytes | str, name: str, code: str, **said: Any) -> None:
    """The file is refused with this code."""
    with pytest.raises(FileError) as error:
        inspected(data, name, **said)
    assert error.value.code == code
