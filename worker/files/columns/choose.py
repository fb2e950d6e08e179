"""Which column holds the reviews, which the film, the date and the stars: by layout, by name, then by content."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from worker.files.cells import Cell
from worker.files.columns import ratings
from worker.files.columns.dates import Reading, is_written_date, serial_day
from worker.files.columns.dates import reader as date_reader
from worker.files.columns.looks import Look, is_opinion
from worker.files.columns.names import (
    ADDED,
    CLOCK,
    DATE,
    DATE_TIERS,
    FILM,
    FILM_TIERS,
    HEADLINE_MARKS,
    HEADLINE_NAMES,
    LABELS,
    NOT_THE_REVIEW,
    REVIEW_NAMES,
    STARS,
    TEXT_NAMES,
    TEXT_TIERS,
    YEAR,
)
from worker.files.columns.profiles import profile_of
from worker.files.columns.questions import Role, role_of
from worker.files.errors import AmbiguousColumn, NoReviews, NoTextColumn, UnknownColumn

_PUNCTUATION: Final = re.compile(r"[\W_]+")
_NUMBERED: Final = re.compile(r"column_\d+")
_COPY: Final = re.compile(r"_\d+$")
_TITLE_CHARS: Final = 60
_LEFT_OUT: Final = re.compile(r"\b(birth|release|born|repl|crawl|scrap|expir|deleted|estreno|sortie)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Columns:
    """Names of the chosen columns; None where the file has none. `year`: of the film, beside its name.

    sure: whether a name or a layout told the text column, rather than its content. source: whose export it is.
    """

    text: str
    film: str | None
    date: str | None
    stars: str | None = None
    year: str | None = None
    sure: bool = True
    source: str | None = None


def plain(title: str) -> str:
    """The title as the tables of names spell it. Of a path in an object (`review.text`), all of it."""
    return _PUNCTUATION.sub("", title.strip().casefold())


def is_known_name(title: str) -> bool:
    """Whether a cell looks like a column's name rather than like data."""
    if len(title) > _TITLE_CHARS:
        return False
    name = plain(title)
    return (
        any(name in tier for tier in TEXT_TIERS)
        or name in FILM
        or name in DATE
        or name in ADDED
        or name in STARS
        or name in YEAR
        or name in LABELS
        or _NUMBERED.fullmatch(title.strip()) is not None
    )


def is_text_name(title: str) -> bool:
    """Whether a cell is a name that columns of reviews have."""
    return len(title) <= _TITLE_CHARS and any(plain(title) in tier for tier in TEXT_TIERS)


def choose(
    names: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    *,
    text: str | None = None,
    film: str | None = None,
    date: str | None = None,
    stars: str | None = None,
    questions: Sequence[str] = (),
    ours: bool = False,
) -> Columns:
    """The columns asked for, and the likeliest for those not asked for. `rows`: a sample, as wide as `names`.

    ours: the names are not in the file, but given here. questions: what stands below each name in a survey whose names
    are codes (Q1), or nothing.
    Raises UnknownColumn, AmbiguousColumn, NoTextColumn, NoReviews.
    """
    asked = {
        role: None if name is None else find(names, name)
        for role, name in (("text", text), ("film", film), ("date", date), ("stars", stars))
    }
    return _Choice(names, rows, asked, questions, ours).columns()


def find(names: Sequence[str], asked: str) -> str:
    """The column meant: spelled exactly, else apart from case, spaces and punctuation. Raises UnknownColumn."""
    if asked in names:
        return asked
    near = [name for name in names if plain(name) == plain(asked)]
    if len(near) != 1:
        raise UnknownColumn(asked, names)
    return near[0]


@dataclass
class _Choice:
    """One file's columns being chosen."""

    names: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    asked: dict[str, str | None]
    questions: Sequence[str] = ()
    ours: bool = False
    looks: dict[str, Look] = field(init=False)
    plains: dict[str, str] = field(init=False)
    roles: dict[str, Role | None] = field(init=False)
    taken: set[str] = field(init=False)

    def __post_init__(self) -> None:
        self.plains = {name: self._plain(name) for name in self.names}
        self.taken = {name for name in self.asked.values() if name is not None}
        self.looks = {name: Look.of([row[i] for row in self.rows]) for i, name in enumerate(self.names)}
        shown = {name: q for name, q in zip(self.names, self.questions, strict=False) if q.strip()}
        self.roles = {name: role_of(shown.get(name, name)) or role_of(name) for name in self.names}

    def _plain(self, name: str) -> str:
        """The name; of a path into objects its last two parts, or the last where that says it all (`review.text`)."""
        if "." in name:
            tail = [plain(part) for part in name.split(".")]
            if tail[-1] in ("label", "value", "full") and len(tail) > 1:
                tail.pop()
            both = "".join(tail[-2:])
            return both if both in _ALL or tail[-1] not in _ALL else tail[-1]
        return plain(_COPY.sub("", name)) if plain(name) not in _ALL else plain(name)

    def columns(self) -> Columns:
        profile = profile_of(set(self.plains.values()))
        told = {
            role: None if profile is None else self._first_of(getattr(profile, role))
            for role in ("text", "film", "date", "stars")
        }
        said = {role: profile is not None and getattr(profile, role) is not None for role in told}
        if profile is not None and profile.text == () and self.asked["text"] is None:
            raise NoReviews("films")
        chosen, sure = self._text(told["text"])
        if told["text"] == chosen and self.asked["text"] is None and self.looks[chosen].kind == "empty" and self.rows:
            raise NoReviews("films")
        self.taken.add(chosen)
        stars = self.asked["stars"] or (told["stars"] if said["stars"] else self._stars())
        self.taken |= {stars} - {None}  # type: ignore[arg-type]
        film = self.asked["film"] or (told["film"] if said["film"] else self._film())
        self.taken |= {film} - {None}  # type: ignore[arg-type]
        date = self.asked["date"] or (told["date"] if said["date"] else self._date())
        self.taken |= {date} - {None}  # type: ignore[arg-type]
        year = self._year() if film is not None and self.asked["film"] is None else None
        return Columns(chosen, film, date, stars, year, sure, None if profile is None else profile.source)

    def _first_of(self, wanted: tuple[str, ...] | None) -> str | None:
        free = {self.plains[name]: name for name in reversed(self.names) if name not in self.taken}
        there = [free[name] for name in wanted or () if name in free]
        filled = [name for name in there if self.looks[name].filled]
        return next(iter(filled or there), None)

    # -- the text ---------------------------------------------------------------------------------------------------

    def _text(self, told: str | None) -> tuple[str, bool]:
        if self.asked["text"] is not None:
            return self.asked["text"], True
        if told is not None:
            return told, True
        free = [name for name in self.names if name not in self.taken]
        if len(free) == 1:
            return free[0], self._only(free[0])
        prose = any(
            self.looks[name].prose and self.plains[name] not in NOT_THE_REVIEW and self.plains[name] not in FILM
            for name in free
        )
        for named in self._tiers(free):
            if not named:
                continue
            written = [n for n in named if self.looks[n].may_be_text]
            if written or not prose:
                candidates = written or [n for n in named if self.looks[n].filled == 0 or self.looks[n].texts] or named
                chosen = self._clearest(candidates)
                self._refuse_verdicts(chosen)
                return chosen, True
        return self._by_content(free), False

    def _tiers(self, free: list[str]) -> list[list[str]]:
        def called(tier: frozenset[str]) -> list[str]:
            return [n for n in free if self.plains[n] in tier and not self._is_stars(n)]

        asked = [n for n in free if self.roles[n] == "text"]
        more = [n for n in free if self.roles[n] == "more"]
        return [called(REVIEW_NAMES), asked, called(TEXT_NAMES), more, called(HEADLINE_NAMES)]

    def _is_stars(self, name: str) -> bool:
        return self.plains[name] in STARS and self.looks[name].kind in ("number", "stars")

    def _only(self, name: str) -> bool:
        """The only column there is: the reviews, unless it surely holds something else. Raises NoReviews."""
        look = self.looks[name]
        named = self.plains[name] in REVIEW_NAMES | TEXT_NAMES | HEADLINE_NAMES or self.roles[name] == "text"
        named = named and not self.ours
        self._refuse_verdicts(name)
        if not look.filled or (look.may_be_text and named):
            return named
        if (look.kind in ("number", "stars") and not named) or look.kind == "date":
            raise NoReviews("numbers" if look.kind != "date" else "films")
        if look.kind == "link" or (look.kind == "id" and look.filled >= 4 and not named):
            raise NoReviews("links")
        if (look.titles and not named and look.filled >= 5) or (self.plains[name] in FILM and not look.prose):
            raise NoReviews("films")
        return named

    def _refuse_verdicts(self, name: str) -> None:
        look = self.looks[name]
        if look.verdicts and look.filled >= 2:
            raise NoReviews("labels")

    def _by_content(self, free: list[str]) -> str:
        others = [
            n
            for n in free
            if self.plains[n] not in FILM
            and self.plains[n] not in DATE
            and self.plains[n] not in STARS
            and self.plains[n] not in NOT_THE_REVIEW
            and self.roles[n] not in ("film", "date", "stars", "choice")
        ]
        written = [n for n in others if self.looks[n].may_be_text and not self.looks[n].titles]
        prose = [n for n in written if self.looks[n].prose]
        if prose:
            return self._clearest(prose)
        films = any(self.looks[n].titles or self.plains[n] in FILM for n in free)
        if len(written) == 1:
            valued = all(self.looks[n].kind != "text" for n in others if n != written[0])
            if len(others) == 1 or (valued and not films):
                return written[0]
        rest = [
            n
            for n in free
            if self.looks[n].prose
            and self.looks[n].kind == "text"
            and not self.looks[n].titles
            and (self.plains[n] not in FILM or self.looks[n].length >= 40)
        ]
        if rest and not any(self.looks[n].titles for n in free):
            return self._clearest(rest)
        if films:
            raise NoReviews("films")
        raise NoTextColumn(self.names)

    def _clearest(self, candidates: list[str]) -> str:
        """The only candidate, or one whose texts are three times as long as any other's, or in more rows by far."""
        ranked = sorted(candidates, key=lambda name: -self.looks[name].length)
        if len(ranked) == 1:
            return ranked[0]
        if self.looks[ranked[0]].prose and self.looks[ranked[0]].length >= 3 * self.looks[ranked[1]].length:
            return ranked[0]
        fullest = sorted(candidates, key=lambda name: -self.looks[name].filled)
        most, next_most = (self.looks[name] for name in fullest[:2])
        if most.filled >= 3 * next_most.filled and len(self.rows) >= 3 and most.length * 2 >= next_most.length:
            return fullest[0]
        raise AmbiguousColumn(ranked)

    # -- film, date, stars ------------------------------------------------------------------------------------------

    def _free(self) -> list[str]:
        return [name for name in self.names if name not in self.taken]

    def _film(self) -> str | None:
        free = [n for n in self._free() if not self.looks[n].verdicts and self.looks[n].kind not in ("date", "other")]
        headline = bool(HEADLINE_MARKS & set(self.plains.values()))
        by_name, bare, ids = ([n for n in free if self.plains[n] in tier] for tier in FILM_TIERS)
        asked = [n for n in free if self.roles[n] == "film"]
        titles = [] if headline else [n for n in bare if self.looks[n].kind != "number" and not self._are_headlines(n)]
        named = [n for n in by_name if self.looks[n].filled] or by_name
        year = any(self.plains[n] in YEAR for n in self.names)
        names = [n for n in free if year and self.plains[n] == "name"]
        return next(iter([*named, *asked, *titles, *names, *ids]), None)

    def _are_headlines(self, name: str) -> bool:
        """Whether most cells under `title` are opinions or end like a sentence: `Loved it!`"""
        cells = [cell.strip() for cell in self._cells(name) if isinstance(cell, str)]
        told = sum(is_opinion(cell) or cell[-1:] in "!." for cell in cells)
        rated = any(self._is_stars(other) for other in self.names)
        return rated and len(cells) >= 2 and told * 2 >= len(cells)

    def _year(self) -> str | None:
        return next((n for n in self._free() if self.plains[n] in YEAR and self.looks[n].kind == "number"), None)

    def _date(self) -> str | None:
        free = [n for n in self._free() if not self.looks[n].verdicts]
        for tier in DATE_TIERS:
            if named := [n for n in free if self.plains[n] in tier and self._holds_dates(n)]:
                return named[0]
        asked = [n for n in free if self.roles[n] == "date" and not _LEFT_OUT.search(n) and self._written(n) >= 0.5]
        if asked:
            return asked[0]
        unnamed = [n for n in free if self.looks[n].filled and self._written(n) >= 0.9 and not _LEFT_OUT.search(n)]
        return next(iter(unnamed), None)

    def _cells(self, name: str) -> list[Cell]:
        at = list(self.names).index(name)
        return [row[at] for row in self.rows if row[at] is not None and row[at] != ""]

    def _holds_dates(self, name: str) -> bool:
        """Not where the cells are surely something else: a runtime of 102 minutes under `time`."""
        cells = self._cells(name)
        either = [date_reader(Reading(order)) for order in ("day", "month")]
        if not cells or any(any(read(cell) for read in either) for cell in cells) or self.looks[name].kind == "text":
            return True
        return self.plains[name] not in CLOCK and all(serial_day(cell) is not None for cell in cells)

    def _written(self, name: str) -> float:
        cells = self._cells(name)
        return sum(map(is_written_date, cells)) / len(cells) if cells else 0.0

    def _stars(self) -> str | None:
        free = self._free()
        named = [n for n in free if self.plains[n] in STARS and self._holds_stars(n)]
        asked = [n for n in free if self.roles[n] == "stars" and self._holds_stars(n)]
        signs = [
            n
            for n in free
            if self.looks[n].kind == "stars"
            and self.looks[n].filled
            and any(ch in str(cell) for cell in self._cells(n)[:20] for ch in "★⭐/")
        ]
        return next(iter([*named, *asked, *signs]), None)

    def _holds_stars(self, name: str) -> bool:
        look = self.looks[name]
        if look.kind == "stars":
            return True
        if look.kind == "empty":
            return not self.rows
        cells = self._cells(name)
        numbers = [number for number in map(_number, cells) if number is not None]
        beyond = sum(not 0 <= number <= 100 for number in numbers)
        return len(numbers) * 10 >= 7 * len(cells) and beyond <= ratings.SLIPS * len(numbers)


_ALL: Final = frozenset().union(*TEXT_TIERS) | FILM | DATE | STARS | YEAR


def _number(cell: Cell) -> float | None:
    """What a cell of stars begins with: 4 of "4/5", 3.5 of "3,5"."""
    if isinstance(cell, bool):
        return None
    if isinstance(cell, int | float):
        return float(cell)
    match = re.match(r"\s*(-?\d{1,6}(?:[.,]\d{1,6})?)(?![\d-])", cell) if isinstance(cell, str) else None
    return None if match is None else float(match[1].replace(",", "."))
