"""Aspects as a value of a row and as a CSV with one row a clause."""

import csv
import io
import json

from db.types import Judged
from model import Aspect
from worker.files.writers.aspects import COLUMNS, as_json, clauses_writer

FOUND = [Aspect("acting", 0, 8, "positive", 0.9), Aspect("music", 10, 22, "negative", 1 / 3)]


def test_aspects_are_an_array_of_objects() -> None:
    assert json.loads(as_json(FOUND)) == [
        {"name": "acting", "start": 0, "end": 8, "polarity": "positive", "probability": 0.9},
        {"name": "music", "start": 10, "end": 22, "polarity": "negative", "probability": 0.333333},
    ]
    assert as_json([]) == "[]"
    gone = Judged("film", None, None, "neutral", 1.0)  # its text was deleted
    assert as_json([gone]) == json.dumps([gone._asdict()], separators=(",", ":"))


def test_a_clause_is_a_row_that_no_spreadsheet_runs() -> None:
    out = io.BytesIO()
    with clauses_writer(out) as write:
        write(3, "=cast(1), awful \ud800 music", FOUND)
        write(4, "nothing", [])
    rows = list(csv.DictReader(io.StringIO(out.getvalue().decode())))
    assert tuple(rows[0]) == COLUMNS
    assert [(row["row_number"], row["aspect"], row["clause"]) for row in rows] == [
        ("3", "acting", "'=cast(1)"),
        ("3", "music", "awful \ufffd musi"),
    ]
    assert rows[1]["probability"] == "0.333333"
