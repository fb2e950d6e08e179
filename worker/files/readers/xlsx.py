"""XLSX as a table: sheets and shared strings are streamed, so that memory stays flat."""

from __future__ import annotations

import io
import warnings
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import IO

from common.rendering import names
from worker.files.cells import Cell, as_text
from worker.files.columns.choose import choose, plain
from worker.files.errors import BadOption, FileError
from worker.files.layout.header import REPEATED, Layout, layout_of, same_titles
from worker.files.limits import Limits
from worker.files.options import NOTHING_SAID, ReadOptions
from worker.files.readers.xlsx_package import Package
from worker.files.readers.xlsx_parts import Sheet, read_book
from worker.files.readers.xlsx_sheet import sheet_rows
from worker.files.readers.xlsx_strings import SharedStrings
from worker.files.table import Record, Table, even, first_rows, record_size, unique_names

# What openpyxl warns of is nothing to a reader of texts.
warnings.filterwarnings("ignore", module="openpyxl")


@dataclass(frozen=True, slots=True)
class _Page:
    """A sheet that was looked at: where its table begins, and how surely it holds reviews."""

    sheet: Sheet
    layout: Layout
    titles: list[str]
    above: int
    head: list[list[Cell]]
    """Its rows before the data, without the `above` blank ones at its top."""

    @property
    def shape(self) -> list[str]:
        """The titles as they are compared with those of other sheets."""
        return [plain(title) for title in self.titles]


class Workbook(Table):
    """The sheets with reviews, those of one layout as one table; no hidden one. Blank rows count (as on screen) unless
    nothing follows them.
    """

    def __init__(self, file: IO[bytes], limits: Limits, options: ReadOptions = NOTHING_SAID) -> None:
        super().__init__("xlsx")
        self.blank_cells = True
        file.seek(0)
        self._max_chars = limits.max_line_chars
        self._max_bytes = limits.max_unpacked_bytes
        self._archive = Package(file, limits)
        self._texts = SharedStrings(io.BytesIO(b"<sst/>"), self._max_chars)
        self._pages: list[_Page] = []
        self.header = False
        self.above: list[list[Cell]] = []
        self.below: list[list[Cell]] = []
        """Rows above the header of the first sheet, and between it and the data."""
        try:
            self._read_parts()
            self._choose_sheets(options)
        except BaseException:
            self.close()
            raise

    def _read_parts(self) -> None:
        book = read_book(self._archive)
        self._sheets, self._styles = book.sheets, book.styles
        if book.texts is not None:
            with self._archive.open(book.texts) as xml:
                self._texts.close()
                self._texts = SharedStrings(xml, self._max_chars)

    def _choose_sheets(self, options: ReadOptions) -> None:
        """The sheets in which the text column can be told; else what is wrong with the first that holds rows."""
        sheets = self._wanted(options.sheet)
        sure: list[_Page] = []
        likely: list[_Page] = []
        empty: list[_Page] = []
        error: FileError | None = None
        for sheet in sheets:
            page = self._page(sheet, options)
            if page is None:
                continue
            self._take([page])
            body = self._body(page)
            if not body:
                empty.append(page)
                continue
            try:
                found = choose(self.columns, body, text=options.text_column, questions=page.layout.questions)
            except FileError as refused:
                error = error or refused
            else:
                (sure if found.sure else likely).append(page)
        good = sure or likely
        if not good:
            if error is not None:
                raise error
            self._take(empty[:1])
            return
        first = good[0]
        alike = [page for page in good if page.shape == first.shape] if first.layout.header is not None else [first]
        self._take(alike)
        self._tell(alike, [page.sheet.name for page in good if page not in alike], sheets)

    def _wanted(self, name: str | None) -> list[Sheet]:
        visible = [sheet for sheet in self._sheets if not sheet.hidden] or self._sheets
        if name is None:
            return visible
        named = [s for s in self._sheets if s.name == name] or [
            s for s in self._sheets if s.name.strip().casefold() == name.strip().casefold()
        ]
        if not named:
            raise BadOption("sheet", name, [sheet.name for sheet in visible])
        return named

    def _page(self, sheet: Sheet, options: ReadOptions) -> _Page | None:
        above = 0
        rows: list[list[Cell]] = []
        for row in first_rows(self._rows_of(sheet, leading=True), record_size):
            if not rows and not row:
                above += 1
            else:
                rows.append(row)
        if not rows:
            return None
        shown = [[as_text(cell) for cell in row] for row in rows]
        layout = layout_of(shown, header=options.header)
        titles = shown[layout.header] if layout.header is not None else []
        width = max((len(row) for row in rows[layout.first :]), default=len(titles))
        width = max(width, len(titles))
        titles = titles + [f"column_{i}" for i in range(len(titles) + 1, width + 1)]
        return _Page(sheet, layout, titles, above, rows[: layout.first])

    def _take(self, pages: list[_Page]) -> None:
        self._pages = pages
        if not pages:
            return
        first = pages[0]
        self.titles = first.titles
        self.columns = unique_names(first.titles)
        self.header = first.layout.header is not None
        place = first.layout.header if first.layout.header is not None else len(first.head)
        self.above = [*[list[Cell]()] * first.above, *first.head[:place]]
        self.below = first.head[place + 1 :]

    def layout(self) -> tuple[str, ...] | None:
        return tuple(self.titles) if self.header else None

    def _body(self, page: _Page) -> list[list[Cell]]:
        return even(first_rows(self._data_of(page), record_size), len(self.columns))

    def _tell(self, taken: list[_Page], left: list[str], looked: list[Sheet]) -> None:
        facts = self.facts
        first = taken[0]
        facts.sheets = [page.sheet.name for page in taken]
        if len(taken) > 1:
            self.sources = facts.sheets
            facts.note("read_note.sheets_joined", count=len(taken), names=names(facts.sheets))
        facts.questions = first.layout.questions
        if first.layout.header is not None:
            facts.header_row = first.above + first.layout.header + 1
        facts.skipped = [(first.above + place + 1, why) for place, why in first.layout.skipped]
        if left:
            facts.note("read_note.sheets_left", names=names(left))
        hidden = [sheet.name for sheet in self._sheets if sheet.hidden and sheet not in looked]
        if hidden:
            facts.note("read_note.sheets_hidden", names=names(hidden))

    def _padded(self, row: list[Cell]) -> list[Cell]:
        return row + [None] * (len(self.columns) - len(row))

    def _rows_of(self, sheet: Sheet, *, leading: bool = False) -> Iterator[list[Cell]]:
        """Rows without their empty tail; blank rows at the end are left out, and so are those before the first unless
        `leading` (then at most so many as are looked at).
        """
        blank = 0
        started = leading
        with self._archive.open(sheet.part) as xml:
            for cells in sheet_rows(xml, self._texts, self._styles, self._max_chars, self._max_bytes):
                while cells and (cells[-1] is None or cells[-1] == ""):
                    cells.pop()
                if not cells:
                    blank += started
                    continue
                for _ in range(blank):
                    yield []
                blank, started = 0, True
                yield cells

    def _data_of(self, page: _Page) -> Iterator[list[Cell]]:
        rows = islice(self._rows_of(page.sheet), page.layout.first, None)
        if page.layout.header is None:
            return (self._padded(row) for row in rows)
        return self._without_headers(page, rows)

    def _without_headers(self, page: _Page, rows: Iterator[list[Cell]]) -> Iterator[list[Cell]]:
        title = next((t for t in page.titles if t.strip()), "")
        place = page.titles.index(title) if title else 0
        for number, row in enumerate(rows, page.above + page.layout.first + 1):
            again = len(row) > place and row[place] == title
            if again and same_titles([as_text(cell) for cell in self._padded(row)], page.titles):
                self.facts.skip(number, REPEATED)
                continue
            yield self._padded(row)

    def records(self, needed: Collection[int] | None = None) -> Iterator[Record]:
        self.starts = []
        number = 0
        for page in self._pages:
            self.starts.append(number)
            for row in self._data_of(page):
                number += 1
                yield row

    def close(self) -> None:
        self._texts.close()
        self._archive.close()
