"""CSV files that the bot itself makes: exports of `/results` and tables of `/report`."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO, StringIO
from typing import IO

from common.formulas import defused


def harmless(cell: object) -> object:
    """The cell; text that a spreadsheet would run as a formula is defused, numbers stay numbers."""
    return defused(cell) if isinstance(cell, str) else cell


@dataclass(frozen=True, slots=True)
class Written:
    """How many rows are in a CSV file, and whether those are all there were."""

    rows: int
    complete: bool


def csv_table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A CSV file in memory, as `write_csv` writes it."""
    out = BytesIO()
    write_csv(out, header, rows)
    return out.getvalue()


def write_csv(
    out: IO[bytes],
    header: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    max_rows: int | None = None,
    max_bytes: int | None = None,
) -> Written:
    """A CSV file, UTF-8 with a byte order mark (Excel needs it), CRLF as RFC 4180 has it; None is an empty cell.

    Ends before the row that would make it longer than `max_rows` rows or `max_bytes` bytes, and then is not complete.
    """
    size = out.write(codecs.BOM_UTF8 + _line(header))
    written = 0
    for row in rows:
        line = _line([harmless(cell) for cell in row])
        if written == max_rows or (max_bytes is not None and size + len(line) > max_bytes):
            return Written(written, complete=False)
        size += out.write(line)
        written += 1
    return Written(written, complete=True)


def _line(cells: Sequence[object]) -> bytes:
    out = StringIO(newline="")
    csv.writer(out).writerow(cells)
    return out.getvalue().encode("utf-8", errors="replace")
