"""Dates as users type them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.dates import BadDate, parse_when

NOW = datetime(2026, 3, 10, 15, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "end", "meant"),
    [
        ("2026-01-31", False, datetime(2026, 1, 31, tzinfo=UTC)),
        ("2026-01-31", True, datetime(2026, 2, 1, tzinfo=UTC)),
        (" 7d ", False, datetime(2026, 3, 3, 15, 30, tzinfo=UTC)),
        ("2W", False, datetime(2026, 2, 24, 15, 30, tzinfo=UTC)),
        ("1 d", True, datetime(2026, 3, 9, 15, 30, tzinfo=UTC)),
        ("0d", False, NOW),
    ],
)
def test_forms(typed: str, end: bool, meant: datetime) -> None:
    assert parse_when(typed, now=NOW, end=end) == meant


@pytest.mark.parametrize(
    "typed", ["", "yesterday", "31.01.2026", "2026-02-30", "2026-1-5", "-7d", "7", "99999d", "9999-12-31", "٢d" * 30]
)
def test_anything_else_says_how_to_write_it(typed: str) -> None:
    with pytest.raises(BadDate) as raised:
        parse_when(typed, now=NOW, end=True)
    assert "2026-01-31" in str(raised.value)
    assert "7d" in str(raised.value)
    assert len(str(raised.value)) < 200
