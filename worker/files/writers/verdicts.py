"""Verdicts beside rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, NamedTuple

from worker.files.cells import Cell, as_text
from worker.files.errors import guarded
from worker.files.table import Bad, Table

Scored = (
    tuple[int, str, float, Iterable[str], str, float | None]
    | tuple[int, str, float, Iterable[str], str, float | None, str]
)
"""(row_number, label, probability, flags, model, stars), and the aspects as JSON where they are asked for"""
DECIMALS: Final = 6
_ALWAYS: Final = 5
"""Columns that are always added."""


class AddedValues(NamedTuple):
    """The values added to a row; flags are joined by spaces. All but the source are None in a row that was not scored.

    stars: the estimate, where there is one. aspects: JSON, None where nobody asked for them. source: the sheet or file
    it stands in, where several were read.
    """

    label: str | None = None
    probability: float | None = None
    flags: str | None = None
    model: str | None = None
    stars: float | None = None
    aspects: str | None = None
    source: str | None = None

    def values(self, count: int) -> tuple[Any, ...]:
        """Those of so many added columns, in their order: the source where there is one, and the aspects last."""
        more = (self.aspects,) if self.source is None else (self.source, self.aspects)
        return (*self[:_ALWAYS], *more)[:count]

    def has_aspects(self, count: int) -> bool:
        """Whether the last of so many added columns holds the aspects."""
        return count > _ALWAYS + (self.source is not None)


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
    for row_number, label, probability, flags, model, stars, *more in scored:
        number += 1
        while number < row_number:
            yield NOT_SCORED
            number += 1
        yield AddedValues(label, round(probability, DECIMALS), " ".join(flags), model, stars, *more)
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
