"""Lines of delimited text taken apart into rows, so that a quote that means nothing swallows no row.

The csv module reads what is well-formed, at its speed. Where a quoted cell runs over several lines, or a quote stands
where none can, the lines decide: if each is a row by itself (as many separators, numbers where numbers are), they are
read apart, and the quote is a sign like others. The rows swallowed so far are given back and read again; a line is
given back at most as often as quotes open before it, so the work stays linear.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from worker.files import row_problems as problems
from worker.files.quotes.signs import QUOTE, RETURN
from worker.files.quotes.split import plain_cells, split, unescaped
from worker.files.table import Bad

_NO_LIMIT: Final = 2**31 - 1
_BY_CHANCE: Final = {1: 0.25, 2: 0.12, 3: 0.05}
"""How likely a line of prose holds so many commas; more are less likely."""
_RARE: Final = 0.03
_SURELY: Final = 0.002
"""For lines of a cell that is well-formed."""
_LIKELY: Final = 0.1
"""For lines of a cell with a quote where none can stand."""
_FEW: Final = 5
_MOST_OF_ONE: Final = 30
"""Lines without a blank one that a well-formed cell of a one-column file may have; more are rows."""
_LOOKED_AT: Final = 200
"""Lines of a swallowed piece that are judged."""
_MOST_JOINED: Final = 200
_MOST_JOINED_CHARS: Final = 1 << 17
_MOST_LINES: Final = 1 << 17
"""Lines of one row; each costs memory, however short."""
_AGAIN: Final = 8
_MOST_AGAIN: Final = 1 << 18
"""Lines given back in all, a line read and beside it; beyond, every line is a row."""
_MOST_SEARCHES: Final = 500
"""How often the end of a cell with loose quotes is looked for further down in one file."""

Row = list[str] | Bad


@dataclass(frozen=True, slots=True)
class Grid:
    """What is known of every row: its cells, and which columns hold values that prose does not.

    values: (place, whether a cell fits) of columns of numbers, dates and the like; ascending: place of a column of
    whole numbers that grow, None when there is none.
    """

    width: int
    values: tuple[tuple[int, Callable[[str], bool]], ...] = ()
    ascending: int | None = None


class Records:
    """Rows of `lines` (their ends kept). `mended`: how many rows were read otherwise than the csv module would."""

    def __init__(
        self,
        lines: Iterator[str],
        separator: str,
        *,
        quote: str = '"',
        backslash: bool = False,
        spaces: bool = False,
        grid: Grid | None = None,
        limit: int = _NO_LIMIT,
    ) -> None:
        """separator: one character; backslash: quotes are escaped by one; spaces: they may stand before a quote.

        limit: characters of one row. Without a `grid` rows are never read apart.
        """
        csv.field_size_limit(_NO_LIMIT)  # global, and other libraries change it; rows are bounded here
        self._separator, self._quote, self._grid = separator, quote, grid
        self._backslash, self._spaces = backslash, spaces
        self._feed = _Feed(lines, limit, backslash=backslash)
        self._reader = csv.reader(
            self._feed, delimiter=separator, quotechar=quote, strict=True, skipinitialspace=spaces
        )
        self._searches = 0
        self.mended = 0
        self.number = 0
        """Lines taken so far."""

    def __iter__(self) -> Iterator[Row]:
        feed, reader, quote = self._feed, self._reader, self._quote
        plain = not self._spaces
        while feed.returned <= _MOST_AGAIN + _AGAIN * feed.count:
            if plain:
                yield from self._unquoted()
            try:
                row = next(reader)
            except StopIteration:
                if not feed.waiting:
                    return
                continue
            except csv.Error:
                yield from self._mended(feed.take())
                continue
            lines = feed.take()
            plain = not self._spaces and quote not in lines[0]
            if len(lines) > 1 and self._is_swallowed(lines):
                yield self._first_alone(lines)
                continue
            if feed.restored:
                row = feed.restore(row)
            if row:
                yield row

        yield from self._each_alone()

    def _unquoted(self) -> Iterator[list[str]]:
        """The rows up to the next quote: without one, a line is cut faster than by the csv module, and alike."""
        feed, separator = self._feed, self._separator
        while (line := feed.without(self._quote)) is not None:
            row = line.rstrip("\r\n").split(separator)
            if row != [""]:
                yield feed.restore(row)

    def _each_alone(self) -> Iterator[Row]:
        """The rest, a row a line: quotes opened before the same lines again and again."""
        self._searches = _MOST_SEARCHES
        while (line := self._feed.one_more()) is not None:
            if line.rstrip("\r\n"):
                yield from self._mended([line])

    @property
    def lines_read(self) -> int:
        """Lines of the rows handed out so far."""
        return self._feed.count - len(self._feed.waiting)

    # -- rows that are not as they should be ------------------------------------------------------------------------

    def _mended(self, lines: list[str]) -> Iterator[Row]:
        """The first row of lines at which the csv module gave up; the other lines are read again."""
        if not lines:
            return
        self.mended += 1
        width = None if self._grid is None else self._grid.width
        if width is None:
            yield from self._as_they_stand(lines)
            return
        alone = self._alone(lines[0])
        if len(lines) > 1 and alone is not None and self._are_rows(lines[1:], self._id_of(alone), _LIKELY):
            self._feed.give_back(lines[1:])
            yield self._restored(alone)
            return
        if len(lines) == 1 and alone is not None:
            yield self._restored(alone)
            return
        if (joined := self._joined(lines)) is not None:
            yield self._restored(joined)
            return
        self._feed.give_back(lines[1:])
        if alone is not None:
            yield self._restored(alone)
            return
        cells = self._restored(plain_cells(lines[0], self._separator))
        open_ended = lines[0].count(self._quote) % 2 == 1
        yield Bad(problems.UNCLOSED_QUOTE if open_ended else problems.RAGGED, list(cells))

    def _as_they_stand(self, lines: list[str]) -> Iterator[Row]:
        self._feed.give_back(lines[1:])
        yield self._restored(plain_cells(lines[0], self._separator))

    def _first_alone(self, lines: list[str]) -> Row:
        """The first of lines that are rows by themselves."""
        self.mended += 1
        self._feed.give_back(lines[1:])
        cells = self._alone(lines[0])
        return self._restored(plain_cells(lines[0], self._separator) if cells is None else cells)

    def _alone(self, line: str) -> list[str] | None:
        assert self._grid is not None
        if self._quote != '"':
            cells = line.rstrip("\r\n").split(self._separator)
            return cells if len(cells) == self._grid.width else None
        return split(line, self._separator, self._grid.width)

    def _joined(self, lines: list[str]) -> list[str] | None:
        """The lines as one row whose quoted cell holds loose quotes; more lines are taken until it ends."""
        assert self._grid is not None
        if self._searches >= _MOST_SEARCHES or self._quote != '"':
            return None
        self._searches += 1
        taken = list(lines)
        text = "".join(taken)
        while True:
            if (len(taken) > 1 and taken[-1].rstrip("\r\n").endswith('"')) or self._closes(taken[-1]):
                cells = split(text, self._separator, self._grid.width)
                if (
                    cells is not None
                    and len(taken) > 1
                    and all(self._fits_at(i, cells[i]) for i in self._value_places())
                ):
                    return cells
            if len(taken) >= _MOST_JOINED or len(text) > _MOST_JOINED_CHARS:
                break
            line = self._feed.one_more()
            if line is None:
                break
            taken.append(line)
            text += line
        self._feed.give_back(taken[len(lines) :])
        return None

    def _closes(self, line: str) -> bool:
        return f'"{self._separator}' in line

    def _value_places(self) -> list[int]:
        assert self._grid is not None
        return [place for place, _ in self._grid.values]

    def _fits_at(self, place: int, cell: str) -> bool:
        assert self._grid is not None
        fits = dict(self._grid.values)[place]
        return not cell.strip() or fits(cell)

    # -- are these lines rows? --------------------------------------------------------------------------------------

    def _is_swallowed(self, lines: list[str]) -> bool:
        """Whether a well-formed row of several lines is several rows, the first of which opens a stray quote."""
        grid = self._grid
        if grid is None:
            return False
        if grid.width < 2:
            return len(lines) > _MOST_OF_ONE and all(line.strip() for line in lines)
        needed = grid.width - 1
        if lines[1].count(self._separator) < needed or lines[-1].count(self._separator) < needed:
            return False
        alone = self._alone(lines[0])
        return alone is not None and self._are_rows(lines[1:], self._id_of(alone), _SURELY)

    def _id_of(self, cells: list[str]) -> int | None:
        place = None if self._grid is None else self._grid.ascending
        return None if place is None else _whole_number(cells[place])

    def _are_rows(self, lines: list[str], before: int | None, most: float) -> bool:
        """Whether lines are rows rather than the text of one cell: by chance they look so at most this likely."""
        assert self._grid is not None
        grid, separator = self._grid, self._separator
        if grid.width < 2:
            return self._are_cells(lines)
        needed = grid.width - 1
        chance = 1.0
        judged = right = blank = 0
        for line in lines[:_LOOKED_AT]:
            if not line.strip():
                blank += 1
                continue
            judged += 1
            count = line.count(separator)
            if count < needed or (count != needed and '"' not in line):
                continue
            cells = plain_cells(line, separator)
            if not all(not cells[i].strip() or fits(cells[i]) for i, fits in grid.values):
                continue
            if grid.values and not any(cells[i].strip() for i, _ in grid.values):
                continue
            if grid.ascending is not None and before is not None:
                number = _whole_number(cells[grid.ascending])
                if number is not None and number <= before:
                    continue
                before = number if number is not None else before
            right += 1
            chance *= _RARE if separator != "," else _BY_CHANCE.get(needed, _RARE)
            if grid.values or f'{separator}"' in line or line.startswith('"'):
                chance *= _RARE
        if blank and judged < _FEW:  # a paragraph's end, not a row's
            return False
        return judged > 0 and right * 10 >= judged * 9 and chance <= most

    def _are_cells(self, lines: list[str]) -> bool:
        """The same where a row is one cell and a quote stands where none can: no blank line, several or a new quote."""
        begins = any(line.startswith(self._quote) for line in lines)
        return (begins or len(lines) >= 3) and all(line.strip() for line in lines)

    def _restored(self, cells: list[str]) -> list[str]:
        return self._feed.restore(cells)


def _whole_number(cell: str) -> int | None:
    cell = cell.strip()
    return int(cell) if cell.isdigit() and len(cell) <= 18 else None


class _Feed:
    """Lines on their way to the csv reader; `record` holds those of the row being read.

    csv.Error when they grow beyond `limit` characters: line breaks in quotes can make a row as long as the file.
    """

    def __init__(self, lines: Iterator[str], limit: int, *, backslash: bool) -> None:
        self._lines = lines
        self._limit = limit
        self._backslash = backslash
        self._size = 0
        self.record: list[str] = []
        self.waiting: list[str] = []
        """Lines given back, the next one last."""
        self.restored = False
        """Whether any line so far held a stand-in, so that cells must be looked through."""
        self.count = 0
        self.returned = 0
        """Lines given back, each as often as it was."""

    def take(self) -> list[str]:
        """The lines of the row just read; the next one starts."""
        taken, self.record, self._size = self.record, [], 0
        return taken

    def give_back(self, lines: Iterable[str]) -> None:
        """Lines that will come again, before those that follow."""
        before = len(self.waiting)
        self.waiting.extend(reversed(list(lines)))
        self.returned += len(self.waiting) - before

    def one_more(self) -> str | None:
        """The next line, outside a row."""
        if self.waiting:
            return self.waiting.pop()
        line = next(self._lines, None)
        if line is None:
            return None
        self.count += 1
        if line.find("\r", 0, -2) >= 0 or (self._backslash and '\\"' in line):
            line = self._prepared(line)
        return line

    def without(self, quote: str) -> str | None:
        """The next line if neither this sign nor a return stands in it; else None, and it comes again."""
        line = self.one_more()
        if line is None or (quote not in line and (line.endswith("\n") or "\r" not in line[:-1])):
            return line
        self.waiting.append(line)
        return None

    def restore(self, cells: list[str]) -> list[str]:
        """Cells with what stood in their place."""
        if not self.restored:
            return cells
        return [cell.replace(QUOTE, '"').replace(RETURN, "\r") for cell in cells]

    def _prepared(self, line: str) -> str:
        if self._backslash and '\\"' in line:
            line = unescaped(line)
            self.restored = True
        if "\r" in line and line.find("\r", 0, -2) >= 0:
            line = with_returns(line)
            self.restored = True
        return line

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        line = self.one_more()
        if line is None:
            raise StopIteration
        record = self.record
        self._size += len(line)
        if record and (self._size > self._limit or len(record) >= _MOST_LINES):
            self.waiting.append(line)
            raise csv.Error("a row without end")
        record.append(line)
        return line


def with_returns(line: str) -> str:
    """The line with a stand-in for every carriage return that does not end it."""
    if "\n" not in line:
        return line
    body = line.rstrip("\r\n")
    return body.replace("\r", RETURN) + ("\r\n" if line.endswith("\r\n") else "\n")
