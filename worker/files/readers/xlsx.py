"""XLSX as a table: openpyxl finds the parts; sheet and shared strings are streamed, so that memory stays flat."""

from __future__ import annotations

import io
import warnings
from collections.abc import Collection, Iterator
from typing import IO, Any, Final

from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.xml.constants import SHARED_STRINGS

from worker.files.cells import Cell, as_text
from worker.files.columns.choose import choose
from worker.files.errors import FileError
from worker.files.limits import Limits
from worker.files.readers.csv_dialect import has_header
from worker.files.readers.xlsx_package import Package
from worker.files.readers.xlsx_sheet import Styles, sheet_rows
from worker.files.readers.xlsx_strings import SharedStrings
from worker.files.table import Record, Table, first_rows, record_size, unique_names

_MAX_SHEETS: Final = 100
"""Sheets looked at for one with reviews."""

# What it warns of (no default style, unknown extensions) is nothing to a reader of texts.
warnings.filterwarnings("ignore", module="openpyxl")


class Workbook(Table):
    """The first sheet with a review column. Blank rows count (as on screen) unless nothing follows them."""

    blank_cells = True

    def __init__(self, file: IO[bytes], limits: Limits, text_column: str | None) -> None:
        super().__init__("xlsx")
        file.seek(0)
        self._max_chars = limits.max_line_chars
        self._max_bytes = limits.max_unpacked_bytes
        self._archive = Package(file, limits)
        self._parts = _Parts(self._archive, self._max_chars)
        self._sheet = ""
        self.header = False
        try:
            self._parts.read()
            self._choose_sheet(text_column)
        except BaseException:
            self.close()
            raise

    def _choose_sheet(self, text_column: str | None) -> None:
        """The first sheet in which the text column can be told; else what is wrong with the first that holds rows."""
        error: FileError | None = None
        for sheet in self._parts.sheets:
            self._sheet = sheet
            rows = [row for row in first_rows(self._sheet_rows(), record_size) if row]
            if not rows:
                continue
            self._learn(rows)
            body = [self._padded(row) for row in (rows[1:] if self.header else rows)]
            try:
                choose(self.columns, body, text=text_column)
            except FileError as refused:
                error = error or refused
            else:
                return
        if error is not None:
            raise error

    def _learn(self, rows: list[list[Cell]]) -> None:
        width = max(map(len, rows))
        first = [as_text(cell) for cell in rows[0]]
        self.header = has_header([first, *([as_text(cell) for cell in row] for row in rows[1:])])
        titles = first if self.header else []
        self.titles = titles + [f"column_{i}" for i in range(len(titles) + 1, width + 1)]
        self.columns = unique_names(self.titles)

    def _padded(self, row: list[Cell]) -> list[Cell]:
        return row + [None] * (len(self.columns) - len(row))

    def _sheet_rows(self) -> Iterator[list[Cell]]:
        """Rows without their empty tail, from the first that is not blank; blank rows at the end are left out."""
        blank = 0
        started = False
        with self._archive.open(self._sheet) as xml:
            parts = self._parts
            for cells in sheet_rows(xml, parts.texts, parts.styles, self._max_chars, self._max_bytes):
                while cells and (cells[-1] is None or cells[-1] == ""):
                    cells.pop()
                if not cells:
                    blank += started
                    continue
                for _ in range(blank):
                    yield []
                blank, started = 0, True
                yield cells

    def records(self, needed: Collection[int] | None = None) -> Iterator[Record]:
        rows = self._sheet_rows()
        if self.header:
            next(rows, None)
        for row in rows:
            yield self._padded(row)

    def close(self) -> None:
        self._parts.close()
        self._archive.close()


class _Parts(ExcelReader):
    """What openpyxl knows of the package: its sheets, which styles are dates; the shared strings go to disk."""

    def __init__(self, archive: Package, max_chars: int) -> None:
        self.archive = archive
        self.valid_files = archive.namelist()
        self.read_only = True
        self.keep_vba = False
        self.data_only = True
        self.keep_links = False
        self.rich_text = False
        self._max_chars = max_chars
        self.texts = SharedStrings(io.BytesIO(b"<sst/>"), max_chars)
        self.sheets: list[str] = []

    def read(self) -> None:
        """Everything but the sheets' own content."""
        self.read_manifest()
        self.read_strings()
        self.read_workbook()
        apply_stylesheet(self.archive, self.wb)
        book: Any = self.wb
        self.styles = Styles(frozenset(book._date_formats), frozenset(book._timedelta_formats), book.epoch)
        sheets: dict[str, None] = {}  # a trap can name one sheet a million times
        for _, relation in self.parser.find_sheets():
            if "chartsheet" not in relation.Type and relation.target in self.valid_files:
                sheets[relation.target] = None
        self.sheets = list(sheets)[:_MAX_SHEETS]

    def read_strings(self) -> None:
        part = self.package.find(SHARED_STRINGS)  # type: ignore[no-untyped-call]
        if part is not None:
            with self.archive.open(part.PartName[1:]) as xml:
                self.texts = SharedStrings(xml, self._max_chars)

    def close(self) -> None:
        self.texts.close()
