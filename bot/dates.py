"""Dates as users type them: `2026-01-31`, `7d`, `2w`."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta

_AGO = re.compile(r"(\d{1,4})\s*([dw])", re.IGNORECASE)
_DAYS = {"d": 1, "w": 7}


class BadDate(ValueError):
    """The text is no date we read; `str(error)` is a plain sentence that says which forms are."""


def parse_when(text: str, *, now: datetime, end: bool = False) -> datetime:
    """The moment (UTC) a user means.

    A date is its first moment, or with `end` the first moment after it, so that "until 2026-01-31" holds that day.
    `7d` and `2w` count back from `now`. Raises `BadDate`.
    """
    typed = text.strip()
    if ago := _AGO.fullmatch(typed):
        return now - timedelta(days=int(ago[1]) * _DAYS[ago[2].lower()])
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", typed):
        raise BadDate(_sentence(typed))
    try:
        moment = datetime.combine(datetime.fromisoformat(typed), time(), tzinfo=UTC)
        return moment + timedelta(days=1) if end else moment
    except (ValueError, OverflowError):
        raise BadDate(_sentence(typed)) from None


def _sentence(typed: str) -> str:
    shown = typed if len(typed) <= 20 else typed[:19] + "…"
    return f"“{shown}” is not a date I can read: write it as 2026-01-31, or as 7d or 2w for so many days or weeks ago."
