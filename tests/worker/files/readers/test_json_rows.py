"""JSON lines and arrays as rows."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.worker.files.helpers import (
    LIMITS,
    LONG,
    codes,
    jsonl_bytes,
    read,
    texts,
)
from worker.files import errors
from worker.files.json_shapes import size
from worker.files.readers import json_rows


def test_too_many_json_keys_are_refused_while_reading_however_late() -> None:
    late = {"review": "x"} | {f"k{i}": 1 for i in range(1_001)}
    with pytest.raises(errors.TooManyColumns):
        read(jsonl_bytes(*[{"review": "x"}] * 400, late), "a.jsonl")


def test_an_asked_json_key_may_appear_late() -> None:
    data = jsonl_bytes(*[{"review": LONG}] * 300, {"review": LONG, "mine": "x"})
    assert texts(data, "a.jsonl", text_column="mine")[-2:] == [None, "x"]


NAME = "n" * 200_000
REPEATED = {
    "split": {"columns": ["review", NAME], "data": [[LONG, 1]] * 400},
    "lists": {"review": [LONG] * 400, NAME: [1] * 400},
    "columns": {name: {str(row): LONG for row in range(400)} for name in ("review", NAME)},
    "inside": [{"plot": NAME, "reviews": [{"review": LONG}] * 400}],
}


@pytest.mark.parametrize("shape", REPEATED)
def test_what_stands_once_is_not_repeated_in_every_row_without_bound(shape: str) -> None:
    """80 MB of rows out of 200 kB: the reader stops where a file so large may unpack to no more."""
    data = json.dumps(REPEATED[shape]).encode()
    for most in (1 << 20, 1 << 31):
        with pytest.raises(errors.TooCostly) as refused:
            read(data, "a.json", limits=replace(LIMITS, max_unpacked_bytes=most))
        assert refused.value.code == "too_costly.scratch"
        assert refused.value.values["size"] == min(most, 200 * len(data))


def test_rows_of_a_few_mebibytes_may_be_any_times_the_file() -> None:
    """A long title of a column above some reviews hurts nobody."""
    name, rows = "n" * 100_000, [[LONG, 1]] * 250
    data = json.dumps({"columns": ["review", name], "data": rows}).encode()
    assert 200 * len(data) < len(name) * len(rows) < 32 << 20
    assert len(read(data, "a.json")) == 250


def test_columns_that_stand_one_after_another_open_no_file_each_without_bound() -> None:
    """Ten thousand lists of a cell took as many files, and the error was taken for the machine's own."""
    for count in (201, 10_000):
        data = json.dumps({f"c{number}": ["a", "b"] for number in range(count)}).encode()
        with pytest.raises(errors.TooManyColumns, match="more than 200 columns"):
            read(data, "a.json")
    cells = ",".join(f'"c{number}":{{"0":"a","1":"b"}}' for number in range(2_000))
    twice = f'{{"a":{{{cells}}},"a":{{"review":{{"0":"{LONG}"}},"film":{{"0":"x"}}}}}}'.encode()
    with pytest.raises(errors.FileError):
        read(twice, "a.json")
    fine = {"review": [LONG] * 2} | {f"c{number}": [1, 2] for number in range(199)}
    assert len(read(json.dumps(fine).encode(), "a.json")) == 2


def test_a_list_of_nothing_beside_columns_is_no_column() -> None:
    """Zipped with the others it left no row, and the file was refused as empty."""
    data = json.dumps({"errors": [], "review": [LONG, "Dull"], "film": ["A", "B"]}).encode()
    assert texts(data, "a.json") == [LONG, "Dull"]


def test_depth_is_looked_at_once_for_all_reviews_of_a_film(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each repeats the film, brackets and all: to read 190 kB took 5.5 s, of which 1.1 are left."""
    looked: list[str] = []

    def is_too_deep(raw: str) -> bool:
        looked.append(raw)
        return size.is_too_deep(raw)

    def film(depth: int, own: int) -> dict[str, object]:
        around, inside = (json.loads("[" * levels + "]" * levels) for levels in (depth, own))
        return {"cast": {"names": around}, "reviews": [{"review": LONG}, {"review": LONG, "more": inside}]}

    monkeypatch.setattr(json_rows, "is_too_deep", is_too_deep)
    assert codes(json.dumps([film(9, 9)] * 2).encode(), "a.json") == [None] * 4
    assert looked
    assert all('"reviews"' in raw for raw in looked), "the films, not what is made of them"
    deep = [film(9, 9), film(198, 198), film(199, 9), film(9, 199), film(9, 200)]
    assert codes(json.dumps(deep).encode(), "a.json") == [None] * 4 + ["too_deep"] * 2 + [None] * 3 + ["too_deep"]
