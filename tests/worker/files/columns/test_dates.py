"""Days in all the ways that people write them."""

from __future__ import annotations

import datetime as dt

import pytest

from worker.files.columns import dates


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2020-01-02", (2020, 1, 2)),
        ("2020-01-02T23:59:00-05:00", (2020, 1, 2)),
        ("2020-01-02 10:11:12", (2020, 1, 2)),
        ("2020/1/2", (2020, 1, 2)),
        ("20200102", (2020, 1, 2)),
        ("2.1.2020", (2020, 1, 2)),
        ("02.01.20", (2020, 1, 2)),
        ("1/2/2020", (2020, 1, 2)),
        ("13/1/2020", (2020, 1, 13)),
        ("2 January 2020", (2020, 1, 2)),
        ("Jan 2, 2020", (2020, 1, 2)),
        ("January 2nd, 2020", (2020, 1, 2)),
        ("1577923200", (2020, 1, 2)),
        (1577923200000, (2020, 1, 2)),
        (dt.date(2020, 1, 2), (2020, 1, 2)),
        ("yesterday", None),
        ("0001-01-01", None),
        ("", None),
        ("7", None),
        (None, None),
        (float("nan"), None),
        (True, None),
    ],
)
def test_dates(value: object, day: tuple[int, int, int] | None) -> None:
    assert dates.reader(dates.reading_of([value]))(value) == (dt.date(*day) if day else None)


def test_slashed_dates_follow_the_sample() -> None:
    assert dates.reader(dates.reading_of(["1/2/2020", "25/2/2020"]))("1/2/2020") == dt.date(2020, 2, 1)
    assert dates.reader(dates.reading_of(["1/2/2020", "2/25/2020"]))("1/2/2020") == dt.date(2020, 1, 2)
