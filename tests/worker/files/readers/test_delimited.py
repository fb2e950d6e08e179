"""CSV and TSV as rows."""

from __future__ import annotations

import csv

import pytest

from tests.worker.files.helpers import (
    WIDE,
    csv_bytes,
    read,
)
from worker.files import errors
from worker.files.limits import Limits


@pytest.mark.parametrize("opening", ['"', ""])
def test_an_endless_cell_of_a_csv_stops_early(opening: str) -> None:
    line = "x" * 100 + ("\n" if opening else "")
    data = f"review,n\ngood,1\n{opening}".encode() + line.encode() * (18 << 20 >> 6)
    with pytest.raises(errors.BrokenFile):
        read(data, "a.csv", limits=Limits(10**9, 1 << 30, 100))


def test_line_breaks_in_quotes_do_not_make_a_row_without_end() -> None:
    data = b"review,n\ngood,1\n" + b'"\n",' * (3 << 19)
    with pytest.raises(errors.BrokenFile, match="row 2 never ends"):
        read(data, "a.csv", limits=WIDE)


def test_a_file_is_taken_apart_the_same_way_whatever_the_process_did_before() -> None:
    data = csv_bytes("blurb,n", "x " * 100_000 + ",1", "short,2")
    found = []
    for limit in (131_072, 1 << 30):
        csv.field_size_limit(limit)
        found.append(read(data, "a.csv"))
    assert found[0] == found[1]
