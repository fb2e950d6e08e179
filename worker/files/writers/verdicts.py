"""Verdicts beside rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple

from worker.files.cells import Cell, as_text
from worker.files.errors import guarded
from worker.files.table import Bad, Table

Scored = tuple[int, str, float, Iterable[str], str, float | None]
"""(row_number, label, probability, flags, model, stars)"""
DECIMALS: Final = 6


class AddedValues(NamedTuple):
    """The values added to a row; flags are joined by spaces. All but the source are None in a row that was not scored.

    stars: the estimate, where there is one. source: the sheet or file it stands in, where several were read.
    """

    label: str | None = None
    probability: float | None = None
    flags: str | None = None
    model: str | None = None
    stars: float | None = None
    source: str | None = None


NOT_SCORED: Final = AddedValues()
Verdicts = Iterator[AddedValues]
"""One item a row, without end. The row is read before its verdict is asked for."""


def in_row_order(scored: Iterable[Scored], source_of: Callable[[int], str | None] | None = None) -> Verdicts:
    """`scored` (ordered by row number) with its gaps filled. source_of: tells a row's sheet or file by its number."""
    plain = _filled(scored)
    if source_of is None:
        return plain
    return (verdict._replace(source=source_of(number)) for number, verdict in enumerate(plain, 1))


def _filled(scored: Iterable[Scored]) -> Verdicts:
    number = 0
    for row_number, label, probability, flags, model, stars in scored:
        number += 1
        while number < row_number:
            yield NOT_SCORED
            number += 1
        yield AddedValues(label, round(probability, DECIMALS), " ".join(flags), model, stars)
    while True:
        yield NOT_SCORED


def rows(table: Table) -> Iterator[list[Cell]]:
    """Every row's cells as they stand, fewer or more than columns included."""
    for record in guarded(table.records()):
        yield record.cells if isinstance(record, Bad) else record


def fitted(cells: list[Cell], width: int) -> list[Cell]:
    """As many cells as columns: missing ones None, surplus ones joined to the last, so that nothing is lost."""
    if len(cells) <= width:
        return cells + [None] * (width - len(cells))
    return [*cells[: width - 1], " ".join(as_text(cell) for cell in cells[width - 1 :])]
