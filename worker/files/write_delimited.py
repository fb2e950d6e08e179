"""Scored rows as CSV or TSV, in the dialect the file came in."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import IO, Literal

from worker.files.cells import as_text, defused
from worker.files.delimited import Delimited
from worker.files.table import Table
from worker.files.verdicts import DECIMALS, Ours, Verdicts, rows

_NOT_SCORED = ("", "", "", "")


def write_delimited(
    table: Table, verdicts: Verdicts, names: tuple[str, ...], stream: IO[bytes], kind: Literal["csv", "tsv"]
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
    writer = csv.writer(_LineEnds(text, line_end), delimiter=separator, lineterminator="\r\n")
    writer.writerow([defused(title) for title in table.titles] + list(names))
    writer.writerows(_lines(table, verdicts))
    text.flush()
    text.detach()


class _LineEnds:
    """The csv module quotes a carriage return in a cell only when it ends lines with one; so it does, until here."""

    def __init__(self, text: io.TextIOWrapper, line_end: str) -> None:
        self._write = text.write
        self._end = line_end

    def write(self, line: str) -> int:
        return self._write(line.removesuffix("\r\n") + self._end)


def _lines(table: Table, verdicts: Verdicts) -> Iterator[list[str]]:
    width = len(table.columns)
    for cells, verdict in zip(rows(table), verdicts, strict=False):
        line = [defused(as_text(cell)) for cell in cells]
        if len(line) == width:
            line += _shown(verdict)
        else:  # ragged: our columns keep their place, surplus cells follow
            line = line[:width] + [""] * (width - len(line)) + list(_shown(verdict)) + line[width:]
        yield line


def _shown(verdict: Ours | None) -> tuple[str, str, str, str]:
    if verdict is None:
        return _NOT_SCORED
    return verdict.label, f"{verdict.probability:.{DECIMALS}f}", verdict.flags, verdict.model
