"""All that a search finds, as one CSV file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from bot.cards.job import plural
from bot.cards.results import EXPORT_HEADER, export_rows
from bot.tables import Table, csv_table
from db.engine import Database
from db.results import search
from db.types import ResultView, SearchFilter, Viewer

MAX_ROWS: Final = 10_000
"""Most rows of one export; the file also stays below what Discord takes as an attachment."""
STEP: Final = 500
"""Results read at a time."""


def export(db: Database, viewer: Viewer, wanted: SearchFilter, *, max_bytes: int) -> Table:
    """The search's results with their whole texts, in its order, up to `MAX_ROWS` and `max_bytes`. Blocking."""
    rows = export_rows(_every_result(db, viewer, wanted))
    return csv_table(EXPORT_HEADER, rows, max_rows=MAX_ROWS, max_bytes=max_bytes)


def export_words(table: Table, *, max_bytes: int) -> str:
    """How many results are in the file, and when not all of them, which limit it met and the way out."""
    if table.complete:
        return f"{plural(table.rows, 'result')}."
    return (
        f"The first {table.rows:,} results; an export holds at most {MAX_ROWS:,} rows and "
        f"{max_bytes / 1024 / 1024:,.0f} MiB: narrow the search with `since`, `film` or `job` for the others."
    )


def _every_result(db: Database, viewer: Viewer, wanted: SearchFilter) -> Iterator[ResultView]:
    cursor = None
    while True:
        page = search(db, viewer, wanted, cursor=cursor, limit=STEP)
        yield from page.items
        cursor = page.next_cursor
        if cursor is None:
            return
