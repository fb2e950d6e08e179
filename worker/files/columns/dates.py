"""Dates as people export them: ISO 8601, numbers with dots, slashes or hyphens, months by name, Unix time, sentences.

One column has one reading: whether the day or the month comes first is decided for all of it. Where nothing decides,
slashes and hyphens have a usual order, and `Reading.open` says that it was taken.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from worker.files.cells import Cell
from worker.files.columns.months import MONTHS

_FIRST_YEAR: Final = 1888
"""The first film; an earlier year is a wrong reading."""
_LAST_YEAR: Final = 2200
_LONGEST: Final = 120
"""Characters of a cell that holds a date, be it in a sentence of a shop."""
_TIME: Final = r"(?:[T ,]+\D{0,20}\d{1,2}[:.h]\d{2}.*|[T ,]+\D{0,3}\d{1,2} ?[ap]\.?m\.?.*|T.*|,.*| [A-Z+].*)?"
_NUMERIC: Final = re.compile(r"(\d{1,4})\s?([./-])\s?(\d{1,2})\s?\2\s?(\d{1,4})\.?" + _TIME)
_UNIX: Final = re.compile(r"(\d{9,10}|\d{12,13}|\d{15,16})(?:\.\d{1,9})?")
_COMPACT: Final = re.compile(r"(1[89]\d\d|20\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?:[T ]?\d{4,6}Z?)?")
_MONTH_DAY_YEAR: Final = re.compile(r"(\d{1,2}) (\d{1,2}), (\d{4})")
_EAST: Final = re.compile(r"(\d{4})\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일]")
_WORD: Final = r"([^\W\d_]{3,12})"
_DAY_FIRST: Final = re.compile(
    rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th|er|º|\.)?(?:[ /-]|\b)\s?(?:de |of |d')?{_WORD}\.?,?(?:[ /-]|\b)\s?(?:de |del )?"
    r"'?(\d{4}|\d{2})(?!\d|:)",
    re.IGNORECASE,
)
_MONTH_FIRST: Final = re.compile(
    rf"{_WORD}\.?[ /-]\s?(\d{{1,2}})(?:st|nd|rd|th)?,?[ /-]+"
    rf"(?:\d{{1,2}}:\d{{2}}(?::\d{{2}})?(?: [A-Z+-][\w:]*)* )?(\d{{4}})(?!\d)",
    re.IGNORECASE,
)
_YEAR_FIRST: Final = re.compile(rf"(?<!\d)(\d{{4}})[ /,-]+{_WORD}\.?[ /-]+(\d{{1,2}})(?!\d)", re.IGNORECASE)
_SHORT: Final = re.compile(rf"\b{_WORD}\.?[ -](\d{{1,2}})[ -](\d{{2}})$")
_SMALL_CHARS: Final = 20
_SMALL: Final = re.compile(r"\d{1,7}(?:[.,]\d{1,10})?")
_SERIAL: Final = re.compile(r"(\d{5})(?:[.,]\d+)?")
_FIRST_SERIAL: Final = 20_000
_LAST_SERIAL: Final = 60_000
_EPOCH: Final = dt.date(1899, 12, 30)
Order = Literal["day", "month"]


@dataclass(frozen=True, slots=True)
class Reading:
    """order: what comes first where it is written in numbers; None: it does not matter. open: nothing decided it.

    serial: numbers are days as spreadsheets count them.
    """

    order: Order | None
    open: bool = False
    serial: bool = False


class Evidence:
    """What the values of one column say about their order; fed value by value, in no memory."""

    def __init__(self) -> None:
        self._day = self._month = self._either = self._serial = self._numbers = 0
        self._mark = ""

    def add(self, value: Cell) -> None:
        """Takes one more value into account."""
        if _is_small_number(value):
            self._serial += serial_day(value) is not None
            self._numbers += 1
            return
        if not isinstance(value, str) or len(value) > _LONGEST or (match := _NUMERIC.fullmatch(value.strip())) is None:
            return
        first, second = int(match[1]), int(match[3])
        if len(match[1]) > 2 or first > 31 or len(match[4]) == 3:
            return
        self._mark = self._mark or match[2]
        if first > 12 >= second:
            self._day += 1
        elif second > 12 >= first:
            self._month += 1
        elif first != second:
            self._either += 1

    def reading(self) -> Reading:
        """The order of all. Where both occur, the one that is met more often; the rest is not understood."""
        serial = 0 < self._serial == self._numbers
        if self._day or self._month:
            return Reading("day" if self._day >= self._month else "month", serial=serial)
        if not self._either:
            return Reading(None, serial=serial)
        return Reading("month" if self._mark == "/" else "day", open=self._mark != ".", serial=serial)


def reading_of(values: Iterable[Cell]) -> Reading:
    """The one reading of a column."""
    evidence = Evidence()
    for value in values:
        evidence.add(value)
    return evidence.reading()


def reader(reading: Reading) -> Callable[[Cell], dt.date | None]:
    """A function from cell to date; None where the cell is no date, or none in this reading."""
    day_first = reading.order == "day"

    @lru_cache(maxsize=4096)
    def from_text(text: str) -> dt.date | None:
        return _parse(text.strip(), day_first=day_first)

    def read(value: Cell) -> dt.date | None:
        if reading.serial and _is_small_number(value):
            return serial_day(value)
        if isinstance(value, str):
            return from_text(value) if 6 <= len(value) <= _LONGEST else None
        if isinstance(value, dt.datetime):
            return _plausible(value.date())
        if isinstance(value, dt.date):
            return _plausible(value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return _from_unix(str(int(value))) if 0 < value < 1e17 else None
        return None

    return read


def serial_day(value: Cell) -> dt.date | None:
    """The day that a number means in a spreadsheet: 45413 is 1 May 2024. None outside of 1954 to 2064.

    Excel counts from 1 January 1900 and takes that year for a leap year: from March on that is 30 December 1899.
    """
    match = _SERIAL.fullmatch(str(value).strip())
    count = int(match[1]) if match is not None else 0
    return _EPOCH + dt.timedelta(count) if _FIRST_SERIAL <= count <= _LAST_SERIAL else None


def _is_small_number(value: Cell) -> bool:
    """A number that is no Unix time and no day in eight digits."""
    if isinstance(value, str):
        return len(value) <= _SMALL_CHARS and _SMALL.fullmatch(value.strip()) is not None
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e7


def is_written_date(value: Cell) -> bool:
    """Whether the cell holds nothing but a date that a person would call one: no Unix time, no bare number."""
    if isinstance(value, dt.date):
        return True
    if not isinstance(value, str) or not 6 <= len(value) <= 40 or value.strip().isdigit():
        return False
    text = value.strip()
    return not _UNIX.fullmatch(text) and _parse(text, day_first=True) is not None


def _parse(text: str, *, day_first: bool) -> dt.date | None:
    if _UNIX.fullmatch(text):
        return _from_unix(text)
    if match := _COMPACT.fullmatch(text):
        return _date(int(match[1]), int(match[2]), int(match[3]))
    try:
        return _plausible(dt.datetime.fromisoformat(text).date())
    except ValueError:
        pass
    if match := _NUMERIC.fullmatch(text):
        return _from_parts(match[1], int(match[3]), match[4], day_first=day_first)
    if match := _MONTH_DAY_YEAR.fullmatch(text):  # as Amazon wrote it: 09 13, 2009
        return _date(int(match[3]), int(match[1]), int(match[2]))
    if match := _EAST.search(text):
        return _date(int(match[1]), int(match[2]), int(match[3]))
    return _with_month_name(text)


def _with_month_name(text: str) -> dt.date | None:
    for match in _DAY_FIRST.finditer(text):
        if found := _named(match[3], match[2], match[1]):
            return found
    for match in _MONTH_FIRST.finditer(text):
        if found := _named(match[3], match[1], match[2]):
            return found
    for match in _YEAR_FIRST.finditer(text):
        if found := _named(match[1], match[2], match[3]):
            return found
    if short := _SHORT.search(text):  # May-01-24
        return _named(short[3], short[1], short[2])
    return None


def _named(year: str, month: str, day: str) -> dt.date | None:
    number = MONTHS.get(month.casefold())
    return None if number is None else _date(_year(year), number, int(day))


def _year(digits: str) -> int:
    year = int(digits)
    return year if len(digits) > 2 else 2000 + year if year < 70 else 1900 + year


def _from_parts(first: str, second: int, third: str, *, day_first: bool) -> dt.date | None:
    if len(first) > 2 or int(first) > 31:
        return _date(_year(first), second, int(third))
    if len(third) == 3:
        return None
    day, month = (int(first), second) if day_first else (second, int(first))
    return _date(_year(third), month, day)


def _date(year: int, month: int, day: int) -> dt.date | None:
    try:
        return _plausible(dt.date(year, month, day))
    except ValueError:
        return None


def _from_unix(text: str) -> dt.date | None:
    match = _UNIX.fullmatch(text)
    if match is None:
        return None
    digits = match[1]
    scale = 1 if len(digits) <= 10 else 1_000 if len(digits) <= 13 else 1_000_000
    return dt.datetime.fromtimestamp(int(digits) / scale, dt.UTC).date()


def _plausible(day: dt.date) -> dt.date | None:
    return day if _FIRST_YEAR <= day.year <= _LAST_YEAR else None
