"""Film names: which of them mean the same film.

Two films of one name and different years are two. A year counts when it stands in brackets ("Heat (1995)"): a bare
number at the end may belong to the name ("Blade Runner 2049", "Wonder Woman 1984"), so it is a year only where the same
name is also known with that year in brackets.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

FIRST_YEAR: Final = 1888
"""Of the first film."""
LAST_YEAR: Final = 2100

_BRACKETED: Final = re.compile(r"(?P<name>.*?\S)\s*[(\[]\s*(?P<year>[0-9]{4})(?:\s+(?:film|movie))?\s*[)\]]", re.DOTALL)
_BARE: Final = re.compile(r"(?P<name>.*[^\s,-])(?:\s*,\s*|\s+-\s+|\s+)(?P<year>[0-9]{4})", re.DOTALL)
_ARTICLES: Final = (
    *("the", "a", "an", "der", "die", "das", "ein", "eine", "le", "la", "les", "l'", "un", "une", "el", "los", "las"),
    *("una", "il", "lo", "gli", "i", "uno", "o", "os", "as", "um", "uma", "de", "het", "een", "den", "det"),
)
_LAST_ARTICLE: Final = re.compile(rf"(?P<name>.*\S)\s*,\s*(?P<article>{'|'.join(_ARTICLES)})", re.DOTALL)
_SIGNS: Final = str.maketrans({
    "‘": "'", "’": "'", "‛": "'", "´": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"',
    "‐": "-", "‑": "-", "–": "-", "—": "-", "−": "-", "ё": "е", "ı": "i", "ø": "o", "ł": "l", "æ": "ae", "œ": "oe",
})  # fmt: skip


class FilmKey(NamedTuple):
    """A film: its name without regard to how it is written, and its year where one is known."""

    name: str
    year: int | None


@dataclass(frozen=True, slots=True)
class _Reading:
    """`bare`: what the name would be if the number at its end were the year."""

    key: FilmKey
    bare: FilmKey | None


def fold_name(name: str) -> str:
    """The name as it is compared: without case, accents, full-width signs, marks of direction; an article in front.

    Leading articles count: "The Room" and "Room" are two films. Accents of scripts where they make another letter
    (Cyrillic, Devanagari, kana ...) stay.
    """
    signs = unicodedata.normalize("NFKC", name).casefold().translate(_SIGNS)
    plain: list[str] = []
    latin = False
    for sign in unicodedata.normalize("NFD", signs):
        kind = unicodedata.category(sign)
        if kind == "Cf" or (kind == "Mn" and latin):
            continue
        if kind != "Mn":
            latin = sign < "\u0250" or "\u0370" <= sign < "\u0400"  # Latin and Greek
        if kind == "Nd":
            sign = str(unicodedata.decimal(sign))
        plain.append(sign)
    folded = unicodedata.normalize("NFC", " ".join("".join(plain).split()))
    last = _LAST_ARTICLE.fullmatch(folded)
    if last is None:
        return folded
    article = last["article"]
    return f"{article}{'' if article.endswith(chr(39)) else ' '}{last['name']}"


@lru_cache(maxsize=4096)
def _read(name: str) -> _Reading:
    folded = fold_name(name)
    match = _BRACKETED.fullmatch(folded)
    if match is not None and _is_year(match["year"]):
        stem, year = fold_name(match["name"]), match["year"]  # "Matrix, The (1999)"
        twice = _BARE.fullmatch(stem)  # a file with a column of years: "Heat 1995 (1995)"
        if twice is not None and twice["year"] == year:
            stem = fold_name(twice["name"])
        return _Reading(FilmKey(stem, int(year)), None)
    match = _BARE.fullmatch(folded)
    bare = FilmKey(fold_name(match["name"]), int(match["year"])) if match and _is_year(match["year"]) else None
    return _Reading(FilmKey(folded, None), bare)


def _is_year(digits: str) -> bool:
    return FIRST_YEAR <= int(digits) <= LAST_YEAR


def year_in_brackets(name: str) -> int | None:
    """The year that the name says in brackets at its end."""
    return _read(name).key.year


def spellings(name: str) -> set[str]:
    """The folded names under which the film may be stored, without their years, an article at either end."""
    reading = _read(name)
    stems = {reading.key.name} | ({reading.bare.name} if reading.bare is not None else set())
    for stem in list(stems):
        first, _, rest = stem.partition(" ")
        if rest and first in _ARTICLES:
            stems.add(f"{rest}, {first}")
        elif stem.startswith("l'"):
            stems.add(f"{stem[2:]}, l'")
    return stems


class KnownFilms:
    """The films among some names, as they are all of them known: whether a year is one hangs on the others."""

    def __init__(self, names: Iterable[str]) -> None:
        self._years: defaultdict[str, set[int]] = defaultdict(set)
        self.add(names)

    def add(self, names: Iterable[str]) -> None:
        """More names that are known."""
        for name in names:
            key = _read(name).key
            if key.year is not None:
                self._years[key.name].add(key.year)

    def key(self, name: str) -> FilmKey:
        """The film that a name means. Without a year it is the only one known by that name, or one without a year."""
        reading = _read(name)
        if reading.key.year is not None:
            return reading.key
        years = self._years.get(reading.key.name, set())
        if years:
            return FilmKey(reading.key.name, min(years) if len(years) == 1 else None)
        bare = reading.bare
        if bare is not None and bare.year in self._years.get(bare.name, set()):
            return bare
        return reading.key

    def years(self, name: str) -> tuple[int, ...]:
        """The years between which a name without one cannot choose; empty where it need not."""
        key = self.key(name)
        return () if key.year is not None else tuple(sorted(self._years.get(key.name, set())))

    def open_names(self, names: Iterable[str]) -> bool:
        """Whether any of them has no year of its own and stands for the only one known: another year would part
        them."""
        return any(_read(name).key.year is None and self.key(name).year is not None for name in names)


def title_of(names: Iterable[tuple[str, int]]) -> str:
    """How a film is called, of its names with their reviews: with its year, then as most reviews write it."""
    return min(names, key=lambda one: (year_in_brackets(one[0]) is None, -one[1], one[0]))[0]
