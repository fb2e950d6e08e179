"""Rows of totals that spreadsheets and reports put below a table: `Total;200`."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from typing import Final

from worker.files.cells import Cell
from worker.files.columns.choose import plain
from worker.files.columns.looks import kind_of
from worker.files.table import Bad, Record

_WORDS: Final = frozenset(
    " ".join(
        (
            "total totals totalrows totalreviews totalresponses grandtotal subtotal sum avg median count",
            "gesamt gesamtsumme gesamtergebnis summe insgesamt zwischensumme anzahl",
            "totalgénéral totalgeneral sommetotale somme nombre cuenta suma sumatotal recuento",
            "soma contagem totale mediatotale conteggio totaal aantal eindtotaal итого всего",
            "сумма количество razem suma liczba 合計 総計 小計 件数",
            "总计 總計 合计 小计 合計數 총계 합계",
        )
    ).split()
)
_AVERAGES: Final = frozenset(
    " ".join(
        (
            "average mean durchschnitt mittelwert moyenne promedio media média gemiddelde среднее średnia",
            "平均 平均值 평균",
        )
    ).split()
)
"""Such a word is a short review too: "Average", with three stars beside it."""
MOST_CHARS: Final = 24
"""Characters of the cell that says so."""
MOST_ROWS: Final = 3
"""So many may stand below a table: sum, average, number."""


_ALL: Final = _WORDS | _AVERAGES
MOST_COLUMNS: Final = 4
"""Columns of numbers that are added up: each costs time on every row."""
_MANY: Final = 20
_TOGETHER: Final = 256
_CELL_CHARS: Final = 100
"""Characters of a cell that may be a number with blanks around it. Cells may be of megabytes, and many wait."""
_NO_NUMBER: Final = "-"
_LEAST: Final = 2
"""Numbers that have an average worth the name."""
_THOUSANDS: Final = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")


def is_total(record: Record) -> bool:
    """Whether a row says total, in its first filled cell, and holds nothing but numbers beside it.

    One at least: a review may be a single word.
    """
    if isinstance(record, Bad):
        return False
    filled = [cell for cell in record if cell is not None and cell != ""]
    first = filled[0] if filled else None
    if len(filled) < 2 or not isinstance(first, str) or len(first) > MOST_CHARS or plain(first) not in _ALL:
        return False
    return all(kind_of(cell.strip() if isinstance(cell, str) else cell) == "number" for cell in filled[1:])


class Below:
    """Tells a table's rows of totals from its last reviews, row by row, in little memory.

    An average in the column of reviews (`text`, a place) is one if the numbers beside it are the averages of their
    columns (`numbers`, places), or if what every review has beside it (`others`, places) is empty.
    """

    def __init__(self, text: int, numbers: Collection[int], others: Collection[int], width: int) -> None:
        self._text, self._width = text, width
        self._sums = {place: _Sum() for place in numbers}
        self._full = list(others)
        self._places = (*numbers, *others)
        self._rows = 0
        # Cells wait until there are some: a few calls for all of them cost a fifth of a few for each row.
        self._waiting: list[list[Cell]] = []

    def add(self, record: Record) -> None:
        """One more row that is no total; one of another width says nothing."""
        if self._places and not isinstance(record, Bad) and len(record) == self._width:
            self._waiting.append([_short(record[place]) for place in self._places])
            if len(self._waiting) == _TOGETHER:
                self._count()

    def _count(self) -> None:
        self._rows += len(self._waiting)
        columns = list(zip(*self._waiting, strict=True))
        self._waiting.clear()
        for place, cells in zip(self._places, columns, strict=True):
            if place in self._sums:
                self._sums[place].add(cells)
            elif place in self._full and (None in cells or "" in cells):
                self._full.remove(place)

    def is_total(self, record: Record) -> bool:
        """Whether a row that stands below those added is one."""
        if isinstance(record, Bad) or not is_total(record):
            return False
        word = record[self._text] if len(record) == self._width else None
        if not isinstance(word, str) or plain(word) not in _AVERAGES:
            return True
        if self._waiting:
            self._count()
        given = [(numbers, cell) for place, numbers in self._sums.items() if (cell := record[place]) not in (None, "")]
        if given and all(numbers.has_average(cell) for numbers, cell in given):
            return True
        missing = self._full if self._rows >= _LEAST else []
        return bool(missing) and all(record[place] in (None, "") for place in missing)


class _Sum:
    """Numbers of one column: how many, their sum, and the most decimals that one of them has."""

    def __init__(self) -> None:
        self._count, self._total, self._decimals = 0, 0.0, 0

    def add(self, cells: Sequence[Cell]) -> None:
        for cell, times in Counter(cells).items():
            if (found := _number(cell)) is not None:
                self._count += times
                self._total += times * found[0]
                self._decimals = max(self._decimals, found[1])

    def has_average(self, cell: Cell) -> bool:
        """Whether a cell says the average: exactly, or rounded if it has more decimals than the column's numbers."""
        # "3,375" may be three and a half as well as three thousand.
        read = {_number(cell), _number(cell.replace(",", ".")) if isinstance(cell, str) else None}
        return self._count >= _LEAST and any(self._is_average(*one) for one in read if one is not None)

    def _is_average(self, value: float, decimals: int) -> bool:
        room = 0.5 * 10.0**-decimals if decimals > self._decimals else 0.0
        mean = self._total / self._count
        # A sum beyond all numbers has no average: everything would be within its room.
        return math.isfinite(mean) and abs(value - mean) <= room + 1e-9 * max(1.0, abs(mean))


def _short(cell: Cell) -> Cell:
    """The cell, or a sign for one that is filled and no number: a long one, a list, an object."""
    if isinstance(cell, str):
        return cell if len(cell) <= _CELL_CHARS else _NO_NUMBER
    return cell if cell is None or isinstance(cell, (int, float, Decimal)) else _NO_NUMBER


def _number(cell: Cell) -> tuple[float, int] | None:
    """A number and its decimals; None for what is none."""
    cell = _short(cell)
    if cell is None or isinstance(cell, bool):
        return None
    return _written(cell.strip() if isinstance(cell, str) else str(cell))


@lru_cache(maxsize=4096)
def _written(text: str) -> tuple[float, int] | None:
    """The same of how it is written; remembered, since stars repeat."""
    text = text.replace(",", "") if _THOUSANDS.fullmatch(text) else text.replace(",", ".")
    if len(text) > MOST_CHARS:
        return None
    try:
        value = float(text)
    except ValueError:
        return None
    _, _, decimals = text.partition(".")
    return (value, len(decimals.rstrip("0"))) if math.isfinite(value) else None


def numeric(rows: Sequence[Sequence[Cell]], text: int) -> list[int]:
    """The first columns of these rows, `MOST_COLUMNS` at most, that hold numbers in most filled cells.

    Not `text`, the place of the reviews, and no column in which each of many rows has another number: nobody takes the
    average of what names rows.
    """
    return list(islice(_numeric(rows, text), MOST_COLUMNS))


def _numeric(rows: Sequence[Sequence[Cell]], text: int) -> Iterator[int]:
    for place in range(max(map(len, rows), default=0)):
        cells = [row[place] for row in rows if place < len(row) and row[place] not in (None, "")]
        numbers = [number for cell in cells if (number := _number(cell)) is not None]
        names = len(numbers) > _MANY and len(set(numbers)) == len(numbers)
        if place != text and not names and 2 * len(numbers) > len(cells):
            yield place
