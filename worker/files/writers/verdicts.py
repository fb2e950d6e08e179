"""Verdicts beside rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from worker.files.cells import Cell, as_text
from worker.files.errors import guarded
from worker.files.table import Bad, Table

Scored = (
    tuple[int, str, float, Iterable[str], str, float | None]
    | tuple[int, str, float, Iterable[str], str, float | None, str]
)
"""(row_number, label, probability, flags, model, stars), and the aspects as JSON where they are asked for"""
DECIMALS: Final = 6


class AddedValues(NamedTuple):
    """The values added to a row; flags are joined by spaces, stars are the estimate where there is one, aspects are
    JSON and None where nobody asked for them."""

    label: str
    probability: float
    flags: str
    model: str
    stars: float | None = None
    aspects: str | None = None


Verdicts = Iterator[AddedValues | None]
"""One item a row, without end: the verdict, or None for a row that was not scored."""


def in_row_order(scored: Iterable[Scored]) -> Verdicts:
    """`scored` (ordered by row number) with its gaps filled."""
    number = 0
    for row_number, label, probability, flags, model, stars, *more in scored:
        number += 1
        while number < row_number:
            yield None
            number += 1
        yield AddedValues(label, round(probability, DECIMALS), " ".join(flags), model, stars, *more)
    while True:
        yield None


def rows(table: Table) -> Iterator[list[Cell]]:
    """Every row's cells as they stand, fewer or more than columns included."""
    for record in guarded(table.records()):
        yield record.cells if isinstance(record, Bad) else record


def fitted(cells: list[Cell], width: int) -> list[Cell]:
    """As many cells as columns: missing ones None, surplus ones joined to the last, so that nothing is lost."""
    if len(cells) <= width:
        return cells + [None] * (width - len(cells))
    return [*cells[: width - 1], " ".join(as_text(cell) for cell in cells[width - 1 :])]
