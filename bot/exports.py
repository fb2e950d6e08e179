"""All that a search finds, as one CSV file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import discord

from bot.answers import answer, defer
from bot.cards.base import Card, CardFile
from bot.cards.results import EXPORT_HEADER, Asked, export_rows
from bot.i18n import number, tr, trn
from bot.pages import asked_before
from bot.tables import Table, csv_table
from db.engine import Database
from db.search import search
from db.types import ResultView, SearchFilter, Viewer

if TYPE_CHECKING:
    from bot.client import ReelfeelBot

SEARCH: Final = "results"
"""The kind of pages that an export belongs to."""
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
        return trn("{count} result.", "{count} results.", table.rows)
    return tr(
        "The first {rows} results; an export holds at most {limit} rows and {size} MiB: "
        "narrow the search with `since`, `film` or `job` for the others.",
        rows=number(table.rows),
        limit=number(MAX_ROWS),
        size=number(max_bytes / 1024 / 1024),
    )


def search_filter(asked: Asked) -> SearchFilter:
    """What a search asks of the database."""
    return SearchFilter(
        query=asked.query,
        label=asked.label,
        film=asked.film,
        min_probability=asked.min_probability,
        since=asked.since,
        job_id=asked.job,
        sort=asked.sort,
    )


async def export_search(interaction: discord.Interaction[Any], key: str) -> None:
    """Answers the press of Export CSV under the pages `key`, privately. Raises UserError, db.errors.DbError."""
    bot: ReelfeelBot = interaction.client
    await defer(interaction)
    wanted = search_filter(Asked.from_json((await asked_before(interaction, key))["asked"]))
    limit = interaction.filesize_limit
    table = await bot.in_thread(export, bot.db, bot.viewer(interaction), wanted, max_bytes=limit)
    content = export_words(table, max_bytes=limit)
    await answer(interaction, Card(content=content, files=(CardFile("results.csv", table.data),)))


def _every_result(db: Database, viewer: Viewer, wanted: SearchFilter) -> Iterator[ResultView]:
    cursor = None
    while True:
        page = search(db, viewer, wanted, cursor=cursor, limit=STEP)
        yield from page.items
        cursor = page.next_cursor
        if cursor is None:
            return
