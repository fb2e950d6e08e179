"""CSV and TSV as rows."""

from __future__ import annotations

import csv

import pytest

from tests.worker.files.helpers import (
    csv_bytes,
    read,
)
from worker.files import errors
from worker.files.limits import Limits


def test_an_endless_line_of_a_csv_stops_early() -> None:
    data = b"review,n\ngood,1\n" + b"x" * (100 * (18 << 20 >> 6))
    with pytest.raises(errors.BrokenFile):
        read(data, "a.csv", limits=Limits(10**9, 1 << 30, 100))


@pytest.mark.slow  # seconds of a processor
@pytest.mark.parametrize(("piece", "times"), [(b"x" * 100 + b"\n", 20_000), (b"\n", 1 << 19)])
def test_a_quote_that_never_closes_costs_its_own_row(piece: bytes, times: int) -> None:
    """Of more lines, and of more characters, than are looked through for its end."""
    data = b'review,n\ngood,1\n"' + piece * times
    rows = read(data, "a.csv", limits=Limits(10**9, 1 << 30, 100))
    assert [row.problem and row.problem[0] for row in rows[:2]] == [None, "unclosed_quote"]
    assert all(row.problem is not None for row in rows[2:])


def test_a_file_is_taken_apart_the_same_way_whatever_the_process_did_before() -> None:
    data = csv_bytes("blurb,n", "x " * 100_000 + ",1", "short,2")
    found = []
    for limit in (131_072, 1 << 30):
        csv.field_size_limit(limit)
        found.append(read(data, "a.csv"))
    assert found[0] == found[1]
