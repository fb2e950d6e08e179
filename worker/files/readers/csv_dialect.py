"""How delimited text was written: its separator, its quotes, where the table begins. Judged on the first lines."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from worker.files.columns.choose import is_known_name, is_text_name
from worker.files.columns.looks import Look, kind_of
from worker.files.errors import TooManyColumns
from worker.files.layout.header import Layout, layout_of
from worker.files.limits import MAX_COLUMNS
from worker.files.quotes.records import Grid, Records
from worker.files.quotes.signs import RETURN, SEPARATOR
from worker.files.quotes.split import unescaped
from worker.files.table import Bad

SEPARATORS: Final = (",", ";", "\t", "|", "~", "^", "||", "::", "~|~", "|~|", "\x01", "¦", "§", "¬", "þ")
NO_SEPARATOR: Final = "\x1f"
"""Read as the separator of a one-column file, so that its commas need no quotes; never written."""
_USUAL: Final = 4
"""How many of the separators need no header that we know."""
_NO_LIMIT: Final = 2**31 - 1
_SEP_LINE: Final = re.compile(r'"?sep=([\t,;|:^~#!§¦])"?[\r\n]*', re.IGNORECASE)
_SINGLE: Final = re.compile(r"(?:^|[,;\t|~^])\s?'[^'\r\n]*'(?=[,;\t|~^\r\n]|$)")
_SPACED: Final = re.compile(r'[,;|]\s+"')
_ABOVE: Final = 10
_LOOKED_AT: Final = 30
"""Rows among which the header is looked for."""
MOST_CELLS: Final = 2 * MAX_COLUMNS
"""Most cells of a row that are looked at one by one: more than a table may have, so that a too wide one stays so."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """separator: as it stands in the file; skip: lines before the header, or before the data where there is none.

    line_end: of the first line. quote: the sign around cells. backslash: it escapes quotes. spaces: they may stand
    before a quote. quoted: whether any cell stands in quotes. start: lines before the first row (`sep=;`).
    """

    separator: str
    skip: int
    line_end: str
    quote: str = '"'
    backslash: bool = False
    spaces: bool = False
    quoted: bool = False
    start: int = 0

    @property
    def sign(self) -> str:
        """The separator as one character, which the csv module wants."""
        return self.separator if len(self.separator) == 1 else SEPARATOR

    @property
    def quoting(self) -> str:
        """`double`, `backslash`, `single` or `none`."""
        if self.quote == "'":
            return "single"
        return "backslash" if self.backslash else "double" if self.quoted else "none"


class HeadLine(NamedTuple):
    """Lines that hold no data and come back as they were. raw: with their ends; cells: as they are read."""

    raw: str
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Beginning:
    """The first lines understood: dialect, grid of the rows, layout, and the header row (empty without one).

    lines: for each row of the layout the number of its first line, from 1. above, below: what stands above the header,
    and between it and the data, or above the data where there is no header.
    """

    dialect: Dialect
    grid: Grid
    layout: Layout
    titles: list[str]
    width: int
    lines: list[int]
    above: list[HeadLine]
    below: list[HeadLine]


def understand(
    lines: list[str],
    *,
    cut: bool,
    tabs: bool = False,
    separator: str | None = None,
    header: bool | None = None,
    most: int | None = None,
) -> Beginning:
    """`lines`: the first ones, their ends kept; `cut`: there are more; `tabs`: the name says .tsv.

    separator: said by the sender; header: False when the sender says that there is none. most: raises
    TooManyColumns where each line has more cells than that.
    """
    dialect = sniff(lines, cut=cut, tabs=tabs, separator=separator)
    body = lines[dialect.start :]
    width = _width(body, dialect, cut=cut)
    grid = Grid(width)
    rows, places, apart = _rows(body, dialect, grid, cut=cut)
    if most is not None and width > most and all(len(row) > most for row in rows if row):
        raise TooManyColumns(most)  # before a million cells are looked at: whichever is the header is too wide
    layout = layout_of(_as_looked_at(rows), header=header)
    data = [row for row in rows[layout.first :] if any(row)]
    width = _settled(width, rows, layout)
    grid = Grid(width, *_values(data, width))
    if not apart:  # else the grid has nothing to decide
        rows, places, _ = _rows(body, dialect, grid, cut=cut)
        layout = layout_of(_as_looked_at(rows), header=header)
    place = layout.first if layout.header is None else layout.header
    skip = dialect.start + (places[place] - 1 if place < len(places) else 0)
    titles = [] if layout.header is None else list(rows[layout.header])
    numbers = [dialect.start + n for n in places]
    head = _head_lines(lines, rows[: layout.first], numbers)
    above = [HeadLine(_as_written(line), []) for line in lines[: dialect.start]] + head[:place]
    return Beginning(replace(dialect, skip=skip), grid, layout, titles, width, numbers, above, head[place + 1 :])


def _as_looked_at(rows: list[list[str]]) -> list[list[str]]:
    """The rows without the cells that no table has: a line of a megabyte holds half a million, each looked at often."""
    return [row if len(row) <= MOST_CELLS else row[:MOST_CELLS] for row in rows]


def _head_lines(lines: list[str], rows: list[list[str]], numbers: list[int]) -> list[HeadLine]:
    """The rows with the lines that they were read from."""
    ends = [number - 1 for number in numbers[1 : len(rows) + 1]] + [len(lines)]
    return [
        HeadLine(_as_written("".join(lines[number - 1 : end])), [_as_written(cell) for cell in row])
        for row, number, end in zip(rows, numbers, ends, strict=False)
    ]


def _as_written(text: str) -> str:
    return text.replace(RETURN, "\r")


def _settled(width: int, rows: list[list[str]], layout: Layout) -> int:
    return len(rows[layout.header]) if layout.header is not None and rows else width


def _rows(lines: list[str], dialect: Dialect, grid: Grid, *, cut: bool) -> tuple[list[list[str]], list[int], bool]:
    """(rows, blank lines as empty ones; the line on which each begins, from 1; whether each line is a row)."""
    records = Records(
        prepared(lines, dialect.separator),
        dialect.sign,
        quote=dialect.quote,
        backslash=dialect.backslash,
        spaces=dialect.spaces,
        grid=grid,
    )
    rows: list[list[str]] = []
    places: list[int] = []
    before = 0
    for row in records:
        end = records.lines_read
        cells = restored(row.cells if isinstance(row, Bad) else row, dialect.separator)
        # Blank lines yield no row: they are put back in, for the header is looked for among lines
        first = before
        while first < end and not lines[first].strip():
            rows.append([])
            places.append(first + 1)
            first += 1
        rows.append([str(cell) for cell in cells])
        places.append(first + 1)
        before = end
    apart = not records.mended and places == list(range(1, len(places) + 1))
    if cut and len(rows) > 1:
        rows.pop()
        places.pop()
    return rows, places, apart


def prepared(lines: Iterable[str], separator: str) -> Iterator[str]:
    """The lines with one sign for a separator of several."""
    if len(separator) == 1:
        return iter(lines)
    return (line.replace(separator, SEPARATOR) for line in lines)


def restored(cells: Sequence[object], separator: str) -> list[object]:
    """Cells in which the separator of several signs stood inside quotes, as it was."""
    if len(separator) == 1:
        return list(cells)
    return [cell.replace(SEPARATOR, separator) if isinstance(cell, str) else cell for cell in cells]


def sniff(lines: list[str], *, cut: bool, tabs: bool = False, separator: str | None = None) -> Dialect:
    """Separator, quotes and line end of the first `lines`; `skip` and `start` count Excel's line `sep=;`."""
    line_end = "\r\n" if lines and lines[0].endswith("\r\n") else "\n"
    start = 0
    if lines and (told := _SEP_LINE.fullmatch(lines[0].lstrip("\ufeff"))):
        separator, start = separator or told.group(1), 1
    body = lines[start:]
    best = separator or _best_separator(body, cut=cut, tabs=tabs)
    backslash = _is_backslashed(body, best)
    quote = _quote_of(body, best)
    spaces = quote == '"' and any(_SPACED.search(line) for line in body) and _is_spaced(body, best)
    quoted = any(line.startswith('"') or f'{best}"' in line or (spaces and '"' in line) for line in body)
    return Dialect(best, start, line_end, quote, backslash, spaces, quoted, start)


def _best_separator(lines: list[str], *, cut: bool, tabs: bool) -> str:
    best, best_score = NO_SEPARATOR, (0.0, 0.0, 0)
    order = ("\t", *(one for one in SEPARATORS if one != "\t")) if tabs else SEPARATORS
    for number, separator in enumerate(order):
        if sum(separator in line for line in lines) * 3 < min(len(lines), 3):
            continue
        sign = separator if len(separator) == 1 else SEPARATOR
        rows = parsed(list(prepared(lines, separator)), sign, cut=cut)
        score = _score(rows, lines, usual=number < _USUAL)
        if score is not None and score > best_score:
            best, best_score = separator, score
    return best


def _score(rows: list[list[str]], lines: list[str], *, usual: bool) -> tuple[float, float, int] | None:
    """(1 where names that we know stand in it, share of rows as wide as most, their width); None: it is none."""
    if not rows:
        return None
    if len(rows[0]) == 1 and is_text_name(rows[0][0]):
        return None  # a file of one column that says so
    alone = next((i for i, row in enumerate(rows[:_ABOVE]) if len(row) == 1 and is_text_name(row[0])), None)
    if alone is not None and not any(len(row) > 1 and any(map(is_known_name, row)) for row in rows[:alone]):
        return None
    if len(rows[0]) > MAX_COLUMNS:  # not each cell: a header of megabytes holds a million, and is refused later
        return (float(any(map(is_known_name, rows[0][:MAX_COLUMNS]))), 1.0, len(rows[0]))
    head = [row for row in rows[:_LOOKED_AT] if len(row) > 1]
    named = next((row for row in head if any(map(is_known_name, row[:MAX_COLUMNS]))), None)
    first = rows[0]
    if len(first) < 2:
        # Lines above the header; or a file of one column with a separator here and there
        wide = Counter(len(row) for row in rows if len(row) > 1)
        if not wide:
            return None
        width, count = wide.most_common(1)[0]
        strong = named is not None and sum(map(is_known_name, named)) >= 2 and len(named) == width
        if not strong and (count * 10 < 8 * len(rows) or not usual):
            return None
        return (float(strong), count / len(rows), width)
    width = len(first) if named is first else max(len(first), Counter(map(len, rows)).most_common(1)[0][0])
    share = sum(len(row) == width for row in rows) / len(rows)
    if share < 0.5 and named is None:
        return None
    if not usual and (named is None or share < 0.8):
        return None
    return (float(named is not None), share, width)


def _width(lines: list[str], dialect: Dialect, *, cut: bool) -> int:
    """Cells of most rows."""
    signs = list(prepared(lines, dialect.separator))
    if dialect.backslash:
        signs = [unescaped(line) for line in signs]
    rows = parsed(signs, dialect.sign, cut=cut, quote=dialect.quote)
    counts = Counter(map(len, rows))
    if not counts:
        return 1
    width = counts.most_common(1)[0][0]
    if len(rows) * 3 < len(lines):  # quotes run over many lines: the lines say more than the rows
        alone = Counter(line.count(dialect.sign) + 1 for line in signs if line.strip())
        likely, count = alone.most_common(1)[0]
        if likely > 1 and count * 2 >= len(lines):
            return likely
    return width


def _values(rows: list[list[str]], width: int) -> tuple[tuple[tuple[int, Callable[[str], bool]], ...], int | None]:
    """Columns of numbers, dates and links, and one whose whole numbers grow."""
    even = [row for row in rows if len(row) == width]
    found: list[tuple[int, Callable[[str], bool]]] = []
    ascending = None
    if len(even) < 2 or width < 2:
        return (), None
    for place in range(min(width, 50)):
        cells = [row[place] for row in even]
        look = Look.of(cells)
        if look.kind in ("number", "date", "link") and look.filled * 10 >= 9 * len(even):
            found.append((place, _same_kind(look.kind)))
            if ascending is None and look.ascending:
                ascending = place
    return tuple(found), ascending


def _same_kind(kind: str) -> Callable[[str], bool]:
    return lambda cell: kind_of(cell.strip()) == kind


def _is_backslashed(lines: list[str], separator: str) -> bool:
    """Whether quotes inside quoted cells have a backslash before them."""
    escaped = [line for line in lines if '\\"' in line]
    if not escaped:
        return False
    plain = sum(_is_strict(line, separator) for line in escaped)
    with_backslash = sum(_is_strict(unescaped(line), separator) for line in escaped)
    return with_backslash > plain


def _is_strict(line: str, separator: str) -> bool:
    sign = separator if len(separator) == 1 else SEPARATOR
    try:
        for _ in csv_rows([line.replace(separator, sign)], sign, strict=True):
            pass
    except csv.Error:
        return False
    return True


def _is_spaced(lines: list[str], separator: str) -> bool:
    """Whether spaces between a separator and a quote mean nothing."""
    if len(separator) != 1:
        return False

    def widths(skip: bool) -> Counter[int]:
        with suppress(csv.Error):
            return Counter(len(row) for row in csv.reader(lines, delimiter=separator, skipinitialspace=skip) if row)
        return Counter()

    spaced, plain = widths(True), widths(False)
    return bool(spaced) and max(spaced.values()) >= max(plain.values(), default=0) and len(spaced) <= len(plain)


def _quote_of(lines: list[str], separator: str) -> str:
    """An apostrophe where cells stand in them and rows are even only so; else the usual quote."""
    if separator == NO_SEPARATOR or any('"' in line for line in lines):
        return '"'
    if sum(_SINGLE.search(line) is not None for line in lines) * 2 < max(1, len(lines) - 1):
        return '"'
    sign = separator if len(separator) == 1 else SEPARATOR
    signs = list(prepared(lines, separator))
    single = Counter(len(row) for row in parsed(signs, sign, cut=False, quote="'"))
    double = Counter(len(row) for row in parsed(signs, sign, cut=False))
    if not single or not double:
        return '"'
    width = len(parsed(signs[:1], sign, cut=False)[0])
    if single[width] > double[width]:
        return "'"
    all_quoted = sum(line.count("'") >= 2 * (width - 1) for line in lines[1:]) * 10 >= 9 * max(1, len(lines) - 1)
    return "'" if single[width] == double[width] and all_quoted else '"'


def csv_rows(lines: Iterable[str], separator: str, *, strict: bool = False, quote: str = '"') -> Iterator[list[str]]:
    """The csv module's reader, without its own limit on a cell: that is global, other libraries change it, and a file
    must be taken apart the same way in every process. Lines and records are bounded where they are read.
    """
    csv.field_size_limit(_NO_LIMIT)
    return csv.reader(lines, delimiter=separator, strict=strict, quotechar=quote)


def parsed(lines: list[str], separator: str, *, cut: bool, quote: str = '"') -> list[list[str]]:
    """Rows of the lines, blank ones left out; the last is dropped when it may be cut."""
    rows: list[list[str]] = []
    with suppress(csv.Error):
        rows.extend(row for row in csv_rows(lines, separator, quote=quote) if row)
    return rows[:-1] if cut and len(rows) > 1 else rows
