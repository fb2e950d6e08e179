"""Scored rows as CSV or TSV, in the dialect the file came in."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import IO

from common.file_formats import FileKind
from common.formulas import defused
from worker.files.cells import as_text
from worker.files.readers.delimited import Delimited
from worker.files.table import Table
from worker.files.writers.verdicts import DECIMALS, AddedValues, Verdicts, rows

_NOT_SCORED = ("", "", "", "")


def write_delimited(
    table: Table, verdicts: Verdicts, names: tuple[str, ...], stream: IO[bytes], *, kind: FileKind
) -> None:
    """UTF-8, with a byte order mark if the input had one. A file without header gets one."""
    same = isinstance(table, Delimited) and table.kind == kind
    separator = table.separator if isinstance(table, Delimited) and same else "\t" if kind == "tsv" else ","
    line_end = table.dialect.line_end if isinstance(table, Delimited) else "\n"
    bom = isinstance(table, Delimited) and table.encoding.bom
    # Lone surrogates out of JSON escapes have no UTF-8: they become "?"
    text = io.TextIOWrapper(
        stream, encoding="utf-8-sig" if bom else "utf-8", errors="replace", newline="", write_through=False
    )
    line_of = _Line(separator, line_end)
    text.write(line_of([defused(title) for title in table.titles] + list(names)))
    text.writelines(map(line_of, _lines(table, verdicts)))
    text.flush()
    text.detach()


class _Line:
    """Cells as one line of RFC 4180, quoted where they must be.

    What csv.writer gives, which looks at each character of long texts by itself and took half of the whole writing. A
    carriage return is quoted whatever the line end, because readers take it for one.
    """

    def __init__(self, separator: str, line_end: str) -> None:
        self._separator, self._end = separator, line_end
        self._special = re.compile(f'[{re.escape(separator)}"\r\n]').search

    def __call__(self, cells: list[str]) -> str:
        special = self._special
        shown = ['"' + cell.replace('"', '""') + '"' if special(cell) else cell for cell in cells]
        # A line with nothing on it would be no row to a reader.
        return (self._separator.join(shown) if shown != [""] else '""') + self._end


def _lines(table: Table, verdicts: Verdicts) -> Iterator[list[str]]:
    width = len(table.columns)
    for cells, verdict in zip(rows(table), verdicts, strict=False):
        line = [defused(as_text(cell)) for cell in cells]
        if len(line) == width:
            line += _shown(verdict)
        else:  # ragged: our columns keep their place, surplus cells follow
            line = line[:width] + [""] * (width - len(line)) + list(_shown(verdict)) + line[width:]
        yield line


def _shown(verdict: AddedValues | None) -> tuple[str, str, str, str]:
    if verdict is None:
        return _NOT_SCORED
    return verdict.label, f"{verdict.probability:.{DECIMALS}f}", verdict.flags, verdict.model
