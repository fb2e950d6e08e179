"""Which column holds the reviews, which the film, which the date: by name, then by content."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from worker.files.cells import Cell
from worker.files.columns.names import ADDED, DATE, FILM, FILM_TIERS, TEXT_TIERS
from worker.files.errors import AmbiguousColumn, NoTextColumn, UnknownColumn

_PUNCTUATION: Final = re.compile(r"[\W_]+")
_NUMBERED: Final = re.compile(r"column_\d+")
_NUMBER: Final = re.compile(r"\s*+[+-]?\d++(?:[.,:/-]\d++)*+(?:[eE][+-]?\d++)?\s*+%?")
_NUMBER_CHARS: Final = 100
"""A longer cell is no number, whatever is in it."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Names of the chosen columns; None where the file has none."""

    text: str
    film: str | None
    date: str | None


def plain(title: str) -> str:
    """The title as the tables above spell it."""
    return _PUNCTUATION.sub("", title.strip().casefold())


def is_known_name(title: str) -> bool:
    """Whether a cell looks like a column's name rather than like data."""
    if len(title) > 60:
        return False
    name = plain(title)
    return (
        any(name in tier for tier in TEXT_TIERS)
        or name in FILM
        or name in DATE
        or name in ADDED
        or _NUMBERED.fullmatch(title.strip()) is not None
    )


def choose(
    names: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    *,
    text: str | None = None,
    film: str | None = None,
    date: str | None = None,
) -> Columns:
    """The columns asked for, and the likeliest for those not asked for. `rows`: a sample, as wide as `names`.

    Raises UnknownColumn, AmbiguousColumn, NoTextColumn.
    """
    asked_text = None if text is None else find(names, text)
    asked_film = None if film is None else find(names, film)
    asked_date = None if date is None else find(names, date)
    taken = {name for name in (asked_film, asked_date) if name is not None}
    chosen = asked_text or _text_column(names, rows, taken)
    taken.add(chosen)
    film_column = asked_film or next(filter(None, (_first(names, tier, taken) for tier in FILM_TIERS)), None)
    return Columns(chosen, film_column, asked_date or _first(names, DATE, taken | {film_column or chosen}))


def find(names: Sequence[str], asked: str) -> str:
    """The column meant: spelled exactly, else apart from case, spaces and punctuation. Raises UnknownColumn."""
    if asked in names:
        return asked
    near = [name for name in names if plain(name) == plain(asked)]
    if len(near) != 1:
        raise UnknownColumn(asked, names)
    return near[0]


def _first(names: Sequence[str], known: frozenset[str], taken: set[str]) -> str | None:
    return next((name for name in names if name not in taken and plain(name) in known), None)


def _text_column(names: Sequence[str], rows: Sequence[Sequence[Cell]], taken: set[str]) -> str:
    free = [name for name in names if name not in taken]
    if len(free) == 1:
        return free[0]
    places = {name: place for place, name in enumerate(names)}
    looks = {name: _Look.of([row[places[name]] for row in rows]) for name in free}
    for tier in TEXT_TIERS:
        # 'review_2' is the second column titled 'review'
        named = [n for n in free if plain(n) in tier or plain(re.sub(r"_\d+$", "", n)) in tier]
        with_text = [n for n in named if looks[n].texts]
        if with_text or (named and not any(look.prose for look in looks.values())):
            return _clearest(with_text or named, looks)
    others = [n for n in free if plain(n) not in FILM and plain(n) not in DATE]
    if len(others) == 1 and looks[others[0]].texts:
        return others[0]
    unnamed = [n for n in others if looks[n].prose] or [n for n in free if looks[n].prose]
    if not unnamed:
        raise NoTextColumn(names)
    return _clearest(unnamed, looks)


def _clearest(candidates: list[str], looks: dict[str, _Look]) -> str:
    """The only candidate, or one whose texts are three times as long as any other's."""
    ranked = sorted(candidates, key=lambda name: -looks[name].length)
    if len(ranked) == 1:
        return ranked[0]
    if looks[ranked[0]].prose and looks[ranked[0]].length >= 3 * looks[ranked[1]].length:
        return ranked[0]
    raise AmbiguousColumn(ranked)


@dataclass(frozen=True, slots=True)
class _Look:
    """texts: most filled cells are no numbers; prose: they read like sentences; length: mean characters."""

    texts: bool
    prose: bool
    length: float

    @classmethod
    def of(cls, cells: Sequence[Cell]) -> _Look:
        filled = [cell for cell in cells if isinstance(cell, str) and cell.strip()]
        words = [cell for cell in filled if len(cell) > _NUMBER_CHARS or _NUMBER.fullmatch(cell) is None]
        if len(words) * 2 < len(filled) or not words:
            return cls(texts=False, prose=False, length=0.0)
        length = sum(map(len, words)) / len(words)
        spaces = sum(len(cell.split()) for cell in words) / len(words)
        # Chinese, Japanese and Thai write no spaces
        dense = sum(cell[0] > "\u0e00" for cell in words) * 2 > len(words)
        return cls(texts=True, prose=(spaces >= 3 and length >= 12) or (dense and length >= 8), length=length)
