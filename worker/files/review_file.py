"""Reviews out of a file of any accepted kind, one row at a time."""

from __future__ import annotations

import datetime as dt
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, partial
from itertools import islice, takewhile
from pathlib import Path
from types import TracebackType
from typing import IO, Final, NamedTuple

from common.film_names import year_in_brackets
from common.rendering import shortened
from worker.files import row_problems as problems
from worker.files.cells import Cell, NotUtf8, as_text, storable
from worker.files.columns import dates, ratings, totals
from worker.files.columns.choose import Columns, choose
from worker.files.columns.paths import Path as ColumnPath
from worker.files.columns.paths import laid_out
from worker.files.columns.profiles import TAKEOUT
from worker.files.errors import EmptyFile, TooManyRows, guarded, only_file_errors
from worker.files.json_shapes.segments import joined_segments
from worker.files.limits import Limits
from worker.files.options import NOTHING_SAID, ReadOptions
from worker.files.readers.open import Opened, open_table
from worker.files.row_problems import Problem
from worker.files.table import SAMPLE_ROWS, Bad, Facts, Record, even

MAX_FILM_CHARS: Final = 100
_MAX_STARS_CHARS: Final = 40
_KEPT_CHARS: Final = 200
"""Characters of a film's name that is remembered."""
_KEPT_BYTE: Final = re.compile("[\udc00-\udcff]")
_NO_VALUE: Final = frozenset({"\\N", "\\n"})
"""What MySQL writes for no value at all."""


class Row(NamedTuple):
    """number: 1-based data row, header not counted; text: None exactly when `problem` says why; day: as written.

    stars: as they stand in the file. rating: the same in hundredths of a star of ten (`columns.ratings`), once
    `ReviewFile.read_stars` has settled their scale.
    """

    number: int
    text: str | None
    film: str | None
    day: dt.date | None
    problem: Problem | None
    stars: str | None = None
    rating: int | None = None


class ReviewFile:
    """An opened file. Iterating streams its rows from the first, each time anew, in flat memory.

    header: names of all columns; columns: the chosen ones under 'text', 'film', 'date' and 'stars', None where there
    is none. Iterating raises FileError only.
    """

    def __init__(self, opened: Opened, paths: list[ColumnPath], chosen: Columns, limits: Limits) -> None:
        self._opened = opened
        self._limits = limits
        self._reasons = problems.table(limits.max_review_chars)
        by_name = {path.name: path for path in paths}
        self.header: tuple[str, ...] = tuple(by_name)
        self.columns: dict[str, str | None] = {
            "text": chosen.text,
            "film": chosen.film,
            "date": chosen.date,
            "stars": chosen.stars,
        }
        self._text = by_name[chosen.text]
        self._film = None if chosen.film is None else by_name[chosen.film]
        self._year = None if chosen.year is None else by_name[chosen.year]
        self._date = None if chosen.date is None else by_name[chosen.date]
        self._stars = None if chosen.stars is None else by_name[chosen.stars]
        self._day = dates.reader(dates.Reading(None))
        self._films, self._rated = _remembering(_film), _remembering(_stars)
        self._width = len(opened.table.columns)
        self._max_chars = limits.max_review_chars
        self._rate: Callable[[Cell], int | None] | None = None
        self._damaged = opened.table.facts.damaged
        self._in_segments = chosen.source == TAKEOUT
        self._numbers: list[int] = []

    def read_numbers(self, sample: list[list[Cell]]) -> None:
        """Finds the columns of numbers in the first rows: they tell a last review "Average" from a row of averages."""
        self._numbers = totals.numeric(sample, self._text.place)

    def read_dates(self, sample: list[list[Cell]], *, whole: bool) -> None:
        """Settles the one reading of the date column, from the sample if it decides, else from all rows.

        whole: the sample is the whole file.
        """
        if self._date is None:
            return
        reading = dates.reading_of(self._date.of(row) for row in sample)
        if reading.open and not whole:
            reading = dates.reading_of(self._values(self._date, reviewed=False))
        if reading.open:
            self.facts.note(f"read_note.{reading.order}_first", column=shortened(self._date.name))
        if reading.serial:
            self.facts.note("read_note.serial_dates", column=shortened(self._date.name))
        self._day = dates.reader(reading)

    def read_stars(self) -> None:
        """Settles the one scale of the stars, from all rows that hold a review. Raises FileError."""
        if self._stars is None:
            return
        evidence = ratings.Evidence()
        for cell in self._values(self._stars, reviewed=True):
            evidence.add(cell)
        self._rate = lru_cache(maxsize=1024)(partial(ratings.rating, scale=evidence.scale()))

    @property
    def facts(self) -> Facts:
        """What was found out about the file on the way."""
        return self._opened.table.facts

    @property
    def format(self) -> str:
        """The kind of the file, with its packing: `csv`, `jsonl.gz`."""
        packing = self._opened.packing
        return self._opened.table.kind + (f".{packing}" if packing else "")

    @property
    def row_count(self) -> int | None:
        """Data rows where the file says so before it is read (Parquet), else None."""
        return self._opened.table.row_count()

    def __iter__(self) -> Iterator[Row]:
        return guarded(self._rows())

    def _rows(self) -> Iterator[Row]:
        used = (self._text, self._film, self._date, self._stars, self._year)
        places = {path.place for path in used if path is not None}
        for number, record, total in self._records(places.union(self._numbers)):
            if number > self._limits.max_rows:
                raise TooManyRows(self._limits.max_rows)
            if total:
                yield Row(number, None, None, None, self._reasons[problems.TOTAL])
            elif isinstance(record, Bad):
                yield Row(number, None, None, None, self._reasons[record.code])
            elif len(record) != self._width:
                yield Row(number, None, None, None, self._reasons[problems.RAGGED])
            else:
                yield self._row(number, record)

    def _records(self, places: set[int]) -> Iterator[tuple[int, Record, bool]]:
        """(number from 1, record, whether it is a total below the reviews of a sheet, a file or all)."""
        table = self._opened.table
        held: deque[tuple[int, Record]] = deque()  # the last ones, until it is clear that something follows
        below, parts = self._below(), 0
        for number, record in enumerate(table.records(places), 1):
            if len(table.starts) != parts:
                parts = len(table.starts)
                yield from _ended(held, below)
                held.clear()
                below = self._below()
            elif len(held) == totals.MOST_ROWS:
                below.add(held[0][1])
                yield *held.popleft(), False
            held.append((number, record))
        yield from _ended(held, below)

    def _below(self) -> totals.Below:
        others = [path.place for path in (self._film, self._date) if path is not None]
        others = [place for place in others if place not in self._numbers]
        return totals.Below(self._text.place, self._numbers, others, self._width)

    def _values(self, path: ColumnPath, *, reviewed: bool) -> Iterator[Cell]:
        """The values of a column in all rows but totals, or only in those that hold a review (reviewed)."""
        places = {path.place, self._text.place} if reviewed else {path.place}
        for record in islice(guarded(self._opened.table.records(places)), self._limits.max_rows):
            if isinstance(record, Bad) or len(record) != self._width or totals.is_total(record):
                continue
            if not reviewed or self._problem(self._words(record)) is None:
                yield path.of(record)

    def _row(self, number: int, cells: list[Cell]) -> Row:
        at: ColumnPath | None
        text = self._words(cells)
        film = day = stars = rating = None
        if (at := self._film) is not None:
            film = self._films(at.of(cells) if at.keys else cells[at.place])
            if self._year is not None and film is not None:
                film = self._with_year(film, cells)
        if (at := self._date) is not None:
            day = self._day(at.of(cells) if at.keys else cells[at.place])
        if (at := self._stars) is not None:
            stars = self._rated(at.of(cells) if at.keys else cells[at.place])
            rating = None if self._rate is None or stars is None else self._rate(stars)
        code = self._problem(text)
        if code is not None:
            return Row(number, None, film, day, self._reasons[code], stars, rating)
        assert isinstance(text, str)
        return Row(number, storable(text), film, day, None, stars, rating)

    def _words(self, cells: list[Cell]) -> Cell:
        """What stands in the text column, in one piece."""
        text = self._text.of(cells) if self._text.keys else cells[self._text.place]
        if isinstance(text, list):
            return _joined(text)
        return joined_segments(text) if self._in_segments and isinstance(text, str) else text

    def _with_year(self, name: str, cells: list[Cell]) -> str | None:
        assert self._year is not None
        year = as_text(self._year.of(cells)).strip().removesuffix(".0")
        if len(year) != 4 or not year.isdigit() or year_in_brackets(name) is not None:
            return name
        room = MAX_FILM_CHARS - len(f" ({year})")
        return f"{name if len(name) <= room else name[: room - 1] + '…'} ({year})"

    def _problem(self, text: Cell) -> str | None:
        if isinstance(text, str):
            if len(text) > self._max_chars:
                return problems.TOO_LONG
            # NUL is no text to a reader, nor to SQL
            if not text.strip().strip("\0 ") or (len(text) == 2 and text in _NO_VALUE):
                return problems.EMPTY
            return problems.BAD_TEXT if self._damaged and _is_damaged(text) else None
        if isinstance(text, NotUtf8):
            return problems.BAD_TEXT
        if text is None and (self._opened.table.blank_cells or self._text.keys):
            return problems.EMPTY
        return problems.NOT_TEXT

    def close(self) -> None:
        """Removes what was unpacked; a file handed in stays open."""
        self._opened.close()

    def __enter__(self) -> ReviewFile:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def open_reviews(
    source: Path | IO[bytes], filename: str, *, options: ReadOptions = NOTHING_SAID, limits: Limits
) -> ReviewFile:
    """Opens a path, or a seekable binary file (which stays the caller's, and must not be read by others meanwhile).

    Finds kind, encoding and columns from the first rows; raises FileError, and EmptyFile when there is no data row.
    """
    with only_file_errors():
        opened = open_table(source, filename, limits, options)
        try:
            table = opened.table
            count = table.row_count()
            if count is not None and count > limits.max_rows:
                raise TooManyRows(limits.max_rows)
            asked = [name for name in options.columns.values() if name is not None]
            if any(name not in table.columns and name.partition(".")[0] not in table.columns for name in asked):
                table.complete()  # a JSON key may appear late
            sample = table.sample()
            if not sample:
                raise EmptyFile
            evened = even(sample, len(table.columns))
            full = len(evened) == len(sample)
            evened = [row for row in evened if not totals.is_total(row)] or evened
            paths, rows = laid_out(table.columns, evened)
            names = [path.name for path in paths]
            questions = table.facts.questions if len(paths) == len(table.columns) else ()
            chosen = choose(names, rows, **options.columns, questions=questions, ours=not table.named)
            reviews = ReviewFile(opened, paths, chosen, limits)
            reviews.read_numbers(evened)
            reviews.read_dates(evened, whole=len(sample) < SAMPLE_ROWS and full)
            _tell(reviews, chosen)
            return reviews
        except BaseException:
            opened.close()
            raise


def _ended(held: Iterable[tuple[int, Record]], below: totals.Below) -> Iterator[tuple[int, Record, bool]]:
    """The last rows, with whether each is a total: such stand at the end, below one row at least."""
    rows = list(held)
    last = takewhile(lambda one: one[0] > 1 and totals.is_total(one[1]), reversed(rows))
    reviews = len(rows) - sum(1 for _ in last)
    total = False
    for place, (number, record) in enumerate(rows):
        total = total or (place >= reviews and below.is_total(record))
        if not total:
            below.add(record)
        yield number, record, total


def _tell(reviews: ReviewFile, chosen: Columns) -> None:
    if chosen.source is not None:
        reviews.facts.note("read_note.source", name=chosen.source)
    if reviews.facts.damaged:
        reviews.facts.note("read_note.damaged")


def _is_damaged(text: str) -> bool:
    """Whether a byte that is no text stands in it, as a surrogate."""
    return not text.isascii() and _KEPT_BYTE.search(text) is not None


def _joined(parts: list[Cell]) -> Cell:
    """Texts in pieces, as chats write them: strings, and objects with a `text`; else the list itself."""
    pieces = [part.get("text") if isinstance(part, dict) else part for part in parts]
    mixed = any(isinstance(part, dict) for part in parts) and any(isinstance(part, str) for part in parts)
    if mixed and all(isinstance(piece, str) for piece in pieces):
        return "".join(map(str, pieces))
    return parts


def _film(value: Cell) -> str | None:
    """The film's name in at most 100 characters, the last one … where it was longer."""
    if value is None or isinstance(value, dict | list):
        return None
    name = " ".join(storable(as_text(value)).split())
    return (name if len(name) <= MAX_FILM_CHARS else name[: MAX_FILM_CHARS - 1] + "…") or None


def _remembering(read: Callable[[Cell], str | None]) -> Callable[[Cell], str | None]:
    """The function, which remembers: a file holds the same names and stars again and again."""
    kept = lru_cache(maxsize=1024)(read)
    return lambda value: kept(value) if isinstance(value, str) and len(value) <= _KEPT_CHARS else read(value)


def _stars(value: Cell) -> str | None:
    if value is None or isinstance(value, dict | list):
        return None
    text = " ".join(storable(as_text(value)).split())
    return text[:_MAX_STARS_CHARS] or None
