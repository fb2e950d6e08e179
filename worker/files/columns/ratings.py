"""Stars as people export them: `4.5`, `4,5`, `4/5`, `8 out of 10`, `★★★★½`, `85 %`; read as parts of ten stars.

One column has one scale: five, ten or a hundred, the least that holds its bare numbers. A number that names its own
scale (`4/5`) keeps that. Grades in letters and words say no number and are not read.
"""

from __future__ import annotations

import math
import re
from typing import Final

from worker.files.cells import Cell, as_text

_LONGEST: Final = 40
"""Characters of a cell that holds stars."""
_BARE: Final = re.compile(r"(\d{1,3}(?:[.,]\d{1,6})?)\s?(?:stars?|sterne?|étoiles?|estrellas?|★|⭐)?", re.IGNORECASE)
_OF: Final = re.compile(
    r"(\d{1,3}(?:[.,]\d{1,6})?)\s?(?:/|out of|of|von|sur|de|su)\s?(\d{1,3})(?:\s?stars?)?", re.IGNORECASE
)
_PERCENT: Final = re.compile(r"(\d{1,3}(?:[.,]\d{1,6})?)\s?%")
_SIGNS: Final = re.compile(r"([★⭐✭*]{0,10})(½?)([☆✩]{0,10})")
_SCALES: Final = (5, 10, 100)
_BINARY: Final = 1
"""Numbers up to here may be labels as well as stars: they have no scale."""
SLIPS: Final = 0.01
"""Share of the numbers that may lie beyond a scale."""
MOST: Final = 1_000
"""Ten stars, in hundredths."""


def _parts(cell: Cell) -> tuple[float, float | None] | None:
    """(stars, out of how many where the cell says so); None for what is no number of stars."""
    if cell is None or isinstance(cell, bool | dict | list):
        return None
    text = as_text(cell).strip()
    if not text or len(text) > _LONGEST:
        return None
    if match := _OF.fullmatch(text):
        return _number(match[1]), float(match[2])
    if match := _PERCENT.fullmatch(text):
        return _number(match[1]), 100.0
    if match := _BARE.fullmatch(text):
        return _number(match[1]), None
    match = _SIGNS.fullmatch(text)
    if match is None:
        return None
    full = len(match[1]) + (0.5 if match[2] else 0)
    return full, 5.0 if full + len(match[3]) <= 5 else 10.0


def _number(text: str) -> float:
    return float(text.replace(",", "."))


class Evidence:
    """What the values of one column say about their scale; fed value by value, in no memory."""

    def __init__(self) -> None:
        self._counts = dict.fromkeys((_BINARY, *_SCALES, math.inf), 0)
        """Bare numbers by the least scale that holds them."""

    def add(self, cell: Cell) -> None:
        """One more value."""
        found = _parts(cell)
        if found is not None and found[1] is None:
            self._counts[next(scale for scale in self._counts if found[0] <= scale)] += 1

    def scale(self) -> int | None:
        """Out of how many stars bare numbers are; None where they fit no scale, or could be labels.

        A few numbers beyond ten or a hundred are slips (an `85` among thousands of `8.5`), not the scale.
        """
        binary, five, ten, hundred, beyond = self._counts.values()
        slips = SLIPS * sum(self._counts.values())
        if binary + five + ten and hundred + beyond <= slips:
            return 10 if ten else 5 if five else None
        return 100 if hundred and beyond <= slips else None


def rating(cell: Cell, scale: int | None) -> int | None:
    """Hundredths of a star of ten (0 to 1,000); None for what is no number of stars, or more than its scale holds."""
    found = _parts(cell)
    if found is None:
        return None
    stars, most = found[0], found[1] if found[1] is not None else scale
    if most is None or not 0 <= stars <= most or most <= _BINARY:
        return None
    return round(MOST * stars / most)
