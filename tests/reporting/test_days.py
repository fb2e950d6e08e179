"""Days as users type them."""

from __future__ import annotations

from datetime import date

import pytest

from common.errors import UserError
from reporting.days import BadDate, check_order, parse_day

TODAY = date(2026, 3, 10)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("2026-01-31", date(2026, 1, 31)),
        (" 7d ", date(2026, 3, 3)),
        ("2W", date(2026, 2, 24)),
        ("1 d", date(2026, 3, 9)),
        ("0d", TODAY),
    ],
)
def test_forms(typed: str, meant: date) -> None:
    assert parse_day(typed, today=TODAY) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "yesterday",
        "31.01.2026",
        "2026-02-30",
        "0000-01-01",
        "2026-1-5",
        "20260131",
        "-7d",
        "7",
        "9999999w",
        "٢d",
        "x" * 99,
    ],
)
def test_anything_else_says_how_to_write_it(typed: str) -> None:
    with pytest.raises(BadDate) as raised:
        parse_day(typed, today=TODAY)
    assert "2026-01-31" in str(raised.value)
    assert "7d" in str(raised.value)
    assert len(str(raised.value)) < 200


def test_before_the_calendar_begins() -> None:
    with pytest.raises(BadDate):
        parse_day("9999w", today=date(2, 1, 1))


def test_days_in_the_wrong_order() -> None:
    check_order(TODAY, TODAY)
    check_order(None, TODAY)
    with pytest.raises(UserError, match="swap them"):
        check_order(TODAY, date(2026, 3, 9))
