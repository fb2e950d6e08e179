"""Separators, quotes and headers of CSV files."""

from __future__ import annotations

import csv

import pytest

from tests.worker.files.helpers import (
    LONG,
    OTHER,
    csv_bytes,
    open_reviews_of,
    texts,
    write,
)
from worker.files.errors import TooManyColumns
from worker.files.layout import header
from worker.files.limits import MAX_COLUMNS
from worker.files.readers.csv_dialect import _is_strict, understand


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"sep=;\nreview;n\ngood, really;1\n", ["good, really"]),
        (b"review|n\ngood, really|1\n", ["good, really"]),
        (b"review\tn\ngood, really\t1\n", ["good, really"]),
        (b"n;review\n1,5;good\n2,5;bad\n", ["good", "bad"]),
        (b'review\n"good, really"\nbad, too\n', ["good, really", "bad, too"]),
        (b'"id","review"\r\n"1","he said ""no"""\r\n', ['he said "no"']),
    ],
)
def test_dialects(data: bytes, expected: list[str]) -> None:
    assert texts(data, "a.csv") == expected
    scored, name = write(data, "a.csv")
    assert texts(scored, name) == expected


def test_a_file_without_header() -> None:
    assert texts(csv_bytes("Great fun, all of it", "Never again", "Fine"), "a.csv") == [
        "Great fun, all of it",
        "Never again",
        "Fine",
    ]
    data = csv_bytes(f'1,"{LONG}",5', f'2,"{OTHER}",1')
    with open_reviews_of(data, "a.csv") as reviews:
        assert reviews.header == ("column_1", "column_2", "column_3")
        assert [row.text for row in reviews] == [LONG, OTHER]
    assert texts(data, "a.csv", text_column="column_3") == ["5", "1"]


def test_an_unknown_header_above_long_texts_is_a_header() -> None:
    data = csv_bytes("nr,words", f'1,"{LONG}"', f'2,"{OTHER}"')
    assert texts(data, "a.csv") == [LONG, OTHER]


def test_a_dialect_does_not_depend_on_what_the_process_read_before() -> None:
    """The csv module's limit of a cell is global; a reader of its own beside ours met whatever stood there."""
    cell = "A fine " + "film, " * 30_000
    line = f'1,"He said \\"no\\" and left. {cell}"'
    found = []
    for limit in (1 << 17, 1 << 30):
        csv.field_size_limit(limit)
        found.append(_is_strict(line.replace('\\"', ""), ","))
    assert found == [True, True]


def test_a_very_wide_line_is_looked_at_no_further_than_a_table_may_be_wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of 100 files of a zip may hold lines of a megabyte: half a million cells, each looked at several times."""
    looked: list[str] = []
    known = header.is_known_name

    def is_known_name(title: str) -> bool:
        looked.append(title)
        return known(title)

    monkeypatch.setattr(header, "is_known_name", is_known_name)
    wide = ",".join(f"n{number}" for number in range(50_000))
    with pytest.raises(TooManyColumns):
        texts(csv_bytes(wide, "a,b", *["," * 50_000] * 3), "a.csv")
    assert 0 < len(looked) < 20 * MAX_COLUMNS
    # A short header stays one, whatever a line below it came to.
    begun = understand(["n0,review\n"] + ["1,good\n"] * 3 + [f"{wide}\n"], cut=False)
    assert begun.titles == ["n0", "review"]
