"""Scored rows as CSV or TSV, in the dialect the file came in."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import IO, Final

from common.file_formats import FileKind
from common.formulas import defused
from worker.files.cells import as_text
from worker.files.quotes.signs import SEPARATOR
from worker.files.readers.csv_dialect import HeadLine, csv_rows
from worker.files.readers.delimited import Delimited
from worker.files.readers.encoding import DAMAGED
from worker.files.readers.joined import pattern_of
from worker.files.table import Table
from worker.files.writers.verdicts import DECIMALS, AddedValues, Verdicts, rows

_BEFORE_QUOTE: Final = re.compile(r'(?<!\\)(\\*+)("|\Z)')


def _escaped(match: re.Match[str]) -> str:
    """Backslashes before a quote, or before the end of a cell, are doubled, so that they mean themselves."""
    return match[1] * 2 + ('\\"' if match[2] else "")


def write_delimited(
    table: Table, verdicts: Verdicts, names: tuple[str, ...], stream: IO[bytes], *, kind: FileKind
) -> None:
    """UTF-8, with a byte order mark if the input had one. A file without header gets one."""
    like = pattern_of(table)
    same = isinstance(like, Delimited) and like.kind == kind
    separator = like.separator if isinstance(like, Delimited) and same else "\t" if kind == "tsv" else ","
    line_end = like.dialect.line_end if isinstance(like, Delimited) else "\n"
    bom = isinstance(like, Delimited) and like.encoding.bom
    # Lone surrogates out of JSON escapes have no UTF-8: they become "?". Bytes that were no text come back as they were
    kept = isinstance(like, Delimited) and table.facts.damaged and like.encoding.codec.startswith("utf-8")
    text = io.TextIOWrapper(
        stream,
        encoding="utf-8-sig" if bom else "utf-8",
        errors=DAMAGED if kept else "replace",
        newline="",
        write_through=False,
    )
    quote, backslash = _quoting(like if same else None)
    line_of = _Line(separator, line_end, quote, backslash)
    if isinstance(like, Delimited) and same:
        text.writelines(_given_back(line, line_of, separator, quote) for line in like.above)
    text.write(line_of([defused(title) for title in table.titles] + list(names)))
    if isinstance(like, Delimited) and same:
        more = separator * len(names)
        text.writelines(_lengthened(_given_back(line, line_of, separator, quote), more) for line in like.below)
    text.writelines(map(line_of, _lines(table, verdicts, len(names))))
    text.flush()
    text.detach()


def _quoting(table: Table | None) -> tuple[str, bool]:
    """(the sign around cells, whether a backslash escapes it inside one), as the file came."""
    return (table.dialect.quote, table.dialect.backslash) if isinstance(table, Delimited) else ('"', False)


def _given_back(line: HeadLine, line_of: _Line, separator: str, quote: str) -> str:
    """The lines as they were, unless they are no line of CSV, or a spreadsheet would run something of them."""
    sign = separator if len(separator) == 1 else SEPARATOR
    raw = io.StringIO(line.raw.replace(separator, sign), newline="")
    try:
        rows = list(csv_rows(raw, sign, strict=True, quote=quote))
    except csv.Error:
        return line_of([defused(cell) for cell in line.cells])
    cells = [*line.cells, *(cell for row in rows for cell in row)]
    harmless = len(rows) == 1 and all(defused(cell) == cell for cell in cells)
    return line.raw if harmless else line_of([defused(cell) for cell in line.cells])


def _lengthened(line: str, more: str) -> str:
    """A further header row with an empty cell for each added column; a blank line stays blank."""
    body = line.rstrip("\r\n")
    return body + more + line[len(body) :] if body else line


class _Line:
    """Cells as one line of RFC 4180, quoted where they must be.

    What csv.writer gives, which looks at each character of long texts by itself and took half of the whole writing. A
    carriage return is quoted whatever the line end, because readers take it for one.
    """

    def __init__(self, separator: str, line_end: str, quote: str = '"', backslash: bool = False) -> None:
        """quote: around cells, doubled inside one; backslash: a backslash stands before it instead."""
        self._separator, self._end = separator, line_end
        self._quote, self._backslash = quote, backslash
        self._special = re.compile(f"{re.escape(separator)}|[{quote}\r\n]").search

    def __call__(self, cells: list[str]) -> str:
        special, quote = self._special, self._quote
        if self._backslash:
            shown = [f'"{_BEFORE_QUOTE.sub(_escaped, cell)}"' if special(cell) else cell for cell in cells]
            return self._separator.join(shown) + self._end
        shown = [quote + cell.replace(quote, quote * 2) + quote if special(cell) else cell for cell in cells]
        # A line with nothing on it would be no row to a reader.
        return (self._separator.join(shown) if shown != [""] else '""') + self._end


def _lines(table: Table, verdicts: Verdicts, added: int) -> Iterator[list[str]]:
    width = len(table.columns)
    for cells, verdict in zip(rows(table), verdicts, strict=False):
        line = [defused(as_text(cell)) for cell in cells]
        shown = _shown(verdict, added)
        if len(line) == width:
            line += shown
        else:  # ragged: our columns keep their place, surplus cells follow
            line = line[:width] + [""] * (width - len(line)) + shown + line[width:]
        yield line


def _shown(verdict: AddedValues, added: int) -> list[str]:
    label, probability, flags, model, stars, *more = verdict.values(added)
    shown = [
        label or "",
        "" if probability is None else f"{probability:.{DECIMALS}f}",
        flags or "",
        model or "",
        "" if stars is None else f"{stars:g}",
    ]
    return shown + [defused(as_text(one)) for one in more] if more else shown
