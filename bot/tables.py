"""CSV files that the bot itself makes: exports of `/results` and tables of `/report`."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def defuse(cell: object) -> object:
    """The cell, with an apostrophe before text that a spreadsheet would run as a formula.

    Numbers stay numbers, a negative one too. Source: OWASP, "CSV Injection".
    """
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A CSV file, UTF-8 with a byte order mark (Excel needs it), CRLF as RFC 4180 has it; None is an empty cell."""
    out = StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(header)
    writer.writerows([defuse(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig", errors="replace")
