"""How a CSV was written: its separator, whether it has a header, its line end. Judged on the first rows."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from worker.files.columns.choose import is_known_name
from worker.files.limits import MAX_COLUMNS

SEPARATORS: Final = (",", ";", "\t", "|")
NO_SEPARATOR: Final = "\x1f"
"""Read as the separator of a one-column file, so that its commas need no quotes; never written."""
_NO_LIMIT: Final = 2**31 - 1
_SEP_LINE: Final = re.compile(r'"?sep=([\t,;|:^~#!§¦])"?[\r\n]*', re.IGNORECASE)
_NUMBER: Final = re.compile(r"[+-]?\d++(?:[.,]\d++)*+(?:[eE][+-]?\d++)?")
_NUMBER_CHARS: Final = 100
"""A longer cell is no number, whatever is in it."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """separator: one character; skip: lines before the header (Excel's `sep=;`); line_end: of the first line."""

    separator: str
    skip: int
    line_end: str


def sniff(lines: list[str], *, cut: bool, tabs: bool = False) -> Dialect:
    """The dialect of the first `lines` (line ends kept); `cut`: there are more; `tabs`: the name says .tsv."""
    line_end = "\r\n" if lines and lines[0].endswith("\r\n") else "\n"
    if lines and (told := _SEP_LINE.fullmatch(lines[0])):
        return Dialect(told.group(1), 1, line_end)
    best, best_score = NO_SEPARATOR, (0.0, 0.0, 0)
    for separator in ("\t", ",", ";", "|") if tabs else SEPARATORS:
        rows = parsed(lines, separator, cut=cut)
        if not rows or len(rows[0]) < 2:
            continue
        width = len(rows[0])
        share = sum(len(row) == width for row in rows) / len(rows)
        # Not each cell: a header of megabytes holds a million, and is refused by whoever asked
        named = float(any(is_known_name(cell) for cell in rows[0][:MAX_COLUMNS]))
        if share < 0.5 and not named:
            continue
        score = (named, share, width)
        if score > best_score:
            best, best_score = separator, score
    return Dialect(best, 0, line_end)


def csv_rows(lines: Iterable[str], separator: str, *, strict: bool = False) -> Iterator[list[str]]:
    """The csv module's reader, without its own limit on a cell: that is global, other libraries change it, and a file
    must be taken apart the same way in every process. Lines and records are bounded where they are read.
    """
    csv.field_size_limit(_NO_LIMIT)
    return csv.reader(lines, delimiter=separator, strict=strict)


def parsed(lines: list[str], separator: str, *, cut: bool) -> list[list[str]]:
    """Rows of the lines, blank ones left out; the last is dropped when it may be cut."""
    rows: list[list[str]] = []
    with suppress(csv.Error):
        rows.extend(row for row in csv_rows(lines, separator) if row)
    return rows[:-1] if cut and len(rows) > 1 else rows


def has_header(rows: list[list[str]]) -> bool:
    """Whether the first row names the columns: by a known name, else because it differs in kind from the others."""
    if not rows:
        return False
    first, rest = rows[0], rows[1:]
    if any(is_known_name(cell) for cell in first):
        return True
    if not rest or any(not cell.strip() or _is_number(cell.strip()) for cell in first):
        return False
    return any(_names(title, [row[i] for row in rest if len(row) > i]) for i, title in enumerate(first))


def _is_number(cell: str) -> bool:
    return len(cell) <= _NUMBER_CHARS and _NUMBER.fullmatch(cell) is not None


def _names(title: str, cells: list[str]) -> bool:
    """A title above numbers, or a short one above long texts."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    if not filled:
        return False
    if all(_is_number(cell) for cell in filled):
        return True
    mean = sum(map(len, filled)) / len(filled)
    return len(title) <= 40 and mean >= 3 * len(title) and mean >= 30
