"""Scored rows as an Excel workbook."""

from __future__ import annotations

import datetime as dt
import math
import re
from decimal import Decimal
from typing import IO, Final

from openpyxl import Workbook

from worker.files.cells import Cell, as_text, defused, encodable
from worker.files.errors import TooManyRows
from worker.files.output import seekable
from worker.files.table import Table
from worker.files.verdicts import Verdicts, rows

_MAX_ROWS: Final = 1_048_576
_MAX_CHARS: Final = 32_767
"""Excel's limits."""
_CUT: Final = " … [cut: an Excel cell holds 32,767 characters; ask for another format]"
# Characters XML forbids, the carriage return it would swallow, and what reads like their escape (ECMA-376, 22.9.2.19)
_ESCAPED: Final = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_EXACT: Final = 2**53
_FIRST_YEAR: Final = 1901


def write_xlsx(table: Table, verdicts: Verdicts, names: tuple[str, ...], stream: IO[bytes]) -> None:
    """One sheet. Numbers and dates stay what they are, texts are defused; a text too long for Excel is cut and says so.

    Raises TooManyRows beyond Excel's limit.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet("reviews")
    width = len(table.columns)
    sheet.append([_text(title) for title in table.titles] + list(names))
    for number, (cells, verdict) in enumerate(zip(rows(table), verdicts, strict=False), 2):
        if number > _MAX_ROWS:
            raise TooManyRows(_MAX_ROWS - 1)
        values = [_value(cell) for cell in cells]
        values[len(values) : width] = [None] * (width - len(values))
        ours = (None,) * len(names) if verdict is None else tuple(verdict)
        sheet.append([*values[:width], *ours, *values[width:]])
    with seekable(stream) as spool:
        book.save(spool)


def _value(cell: Cell) -> object:
    """What openpyxl can write so that it reads back the same; a text for the rest."""
    if cell is None or isinstance(cell, bool):
        return cell
    if isinstance(cell, int | float | Decimal):
        exact = math.isfinite(cell) and -_EXACT < cell < _EXACT
        return cell if exact else as_text(cell)
    if isinstance(cell, dt.datetime | dt.date) and cell.year >= _FIRST_YEAR:
        return cell if getattr(cell, "tzinfo", None) is None else as_text(cell)
    return _text(as_text(cell))


def _text(text: str) -> str:
    text = defused(encodable(text))
    if len(text) > _MAX_CHARS:
        text = text[: _MAX_CHARS - len(_CUT)] + _CUT
    return _ESCAPED.sub(lambda match: f"_x{ord(match[0]):04X}_", text)
