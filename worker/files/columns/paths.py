"""Columns inside columns: `review.text` where each row's `review` is an object."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from worker.files.cells import Cell

_DEEPEST: Final = 4
_MOST: Final = 300
"""Names made of objects in one file."""
_LOOKED_AT: Final = 50


@dataclass(frozen=True, slots=True)
class Path:
    """name: as shown; place: of the column; keys: into its objects, none for the column itself."""

    name: str
    place: int
    keys: tuple[str, ...] = ()

    def of(self, cells: Sequence[Cell]) -> Cell:
        """The cell of a row; None where an object is missing on the way."""
        value = cells[self.place]
        for key in self.keys:
            if not isinstance(value, dict):
                return None
            value = value.get(key)
        return value


def laid_out(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> tuple[list[Path], list[list[Cell]]]:
    """(every column and what stands in objects, the rows with a cell for each), as `choose.choose` takes them."""
    paths = paths_of(columns, rows)
    return paths, [[path.of(row) for path in paths] for row in rows]


def paths_of(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> list[Path]:
    """Every column, and after them what stands in objects, by what a sample of rows holds."""
    found = [Path(name, place) for place, name in enumerate(columns)]
    taken = set(columns)
    for place, name in enumerate(columns):
        for row in rows[:_LOOKED_AT]:
            value = row[place]
            if isinstance(value, dict):
                _inside(name, place, (), value, found, taken)
    return found


def _inside(
    name: str, place: int, keys: tuple[str, ...], value: dict[object, object], found: list[Path], taken: set[str]
) -> None:
    for key, inner in value.items():
        if not isinstance(key, str) or len(found) >= _MOST + len(taken) or len(taken) >= 2 * _MOST:
            return
        path = Path(f"{name}.{key}", place, (*keys, key))
        if isinstance(inner, dict) and len(path.keys) < _DEEPEST:
            _inside(path.name, place, path.keys, inner, found, taken)
        elif path.name not in taken and not isinstance(inner, list):
            taken.add(path.name)
            found.append(path)
