"""Dates as people export them: ISO 8601, dotted, slashed, month names, Unix seconds or milliseconds."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Final

from worker.files.cells import Cell

_FIRST_YEAR: Final = 1888
"""The first film; an earlier year is a wrong reading."""
_LAST_YEAR: Final = 2200
_NUMERIC: Final = re.compile(r"(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})(?:[T ,].*)?")
_UNIX: Final = re.compile(r"\d{9,10}|\d{12,13}")
_FORMATS: Final = ("%d %B %Y", "%d %b %Y", "%B %d %Y", "%b %d %Y", "%a %b %d %Y", "%a %d %b %Y", "%m %d %Y")


def reader(sample: Iterable[Cell]) -> Callable[[Cell], dt.date | None]:
    """A function from cell to date. 3/4/2020 is read day first when the sample holds a date that can only be so."""
    day_first = _slashes_are_day_first(sample)

    @lru_cache(maxsize=4096)
    def from_text(text: str) -> dt.date | None:
        return _parse(text.strip(), day_first=day_first)

    def read(value: Cell) -> dt.date | None:
        if isinstance(value, dt.datetime):
            return _plausible(value.date())
        if isinstance(value, dt.date):
            return _plausible(value)
        if isinstance(value, str):
            return from_text(value) if 6 <= len(value) <= 40 else None
        if isinstance(value, int | float) and not isinstance(value, bool):
            return _from_unix(str(int(value))) if 0 < value < 1e14 else None
        return None

    return read


def _slashes_are_day_first(sample: Iterable[Cell]) -> bool:
    for value in sample:
        if isinstance(value, str) and (match := _NUMERIC.fullmatch(value.strip())) and match[2] == "/":
            if len(match[1]) <= 2 and int(match[1]) > 12:
                return True
            if int(match[3]) > 12:
                return False
    return False


def _parse(text: str, *, day_first: bool) -> dt.date | None:
    if _UNIX.fullmatch(text):
        return _from_unix(text)
    try:
        return _plausible(dt.datetime.fromisoformat(text).date())
    except ValueError:
        pass
    if match := _NUMERIC.fullmatch(text):
        return _from_parts(int(match[1]), match[2], int(match[3]), int(match[4]), day_first=day_first)
    words = " ".join(re.sub(r"(\d)(st|nd|rd|th)\b", r"\1", text).replace(",", " ").split())
    for pattern in _FORMATS:
        try:
            return _plausible(dt.datetime.strptime(words, pattern).date())  # noqa: DTZ007  # the day as written
        except ValueError:
            continue
    return None


def _from_parts(first: int, mark: str, second: int, third: int, *, day_first: bool) -> dt.date | None:
    if first > 31:
        return _date(first, second, third)
    year = third if third > 99 else 2000 + third if third < 70 else 1900 + third
    if mark != "/" or day_first:
        return _date(year, second, first) or _date(year, first, second)
    return _date(year, first, second) or _date(year, second, first)


def _date(year: int, month: int, day: int) -> dt.date | None:
    try:
        return _plausible(dt.date(year, month, day))
    except ValueError:
        return None


def _from_unix(digits: str) -> dt.date | None:
    if not _UNIX.fullmatch(digits):
        return None
    seconds = int(digits) / (1000 if len(digits) > 10 else 1)
    return dt.datetime.fromtimestamp(seconds, dt.UTC).date()


def _plausible(day: dt.date) -> dt.date | None:
    return day if _FIRST_YEAR <= day.year <= _LAST_YEAR else None
