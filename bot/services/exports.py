"""All that a search finds, as one CSV file."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

import discord

from bot.cards.base import Card, CardFile
from bot.cards.search_request import SearchRequest
from bot.core import BotCore
from bot.delivery.responses import answer, defer
from bot.pools.heavy_work import DOWNLOADS, MAKING
from bot.pools.spool import SpooledFile
from bot.services.pages import asked_before
from common.errors import UserError
from common.i18n import duration, number, size, tr, trn
from db.engine import Database
from db.queries.search import search
from db.types import ResultView, SearchFilter, Viewer
from reporting.csv_table import write_csv
from reporting.result_table import HEADER, result_rows

MAX_ROWS: Final = 10_000
"""Most rows of one export; the file also stays below what Discord takes as an attachment."""
STEP: Final = 500
"""Results read at a time."""
PATIENCE_S: Final = 20.0
"""After so long an export looks no further, seconds: words are looked for in every text that the caller may see, and
the thread is one of the few that answer everybody."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What is in the file, and whether it ends where the time did rather than at another limit."""

    rows: int
    complete: bool
    timed_out: bool = False


def export(
    db: Database,
    viewer: Viewer,
    wanted: SearchFilter,
    out: IO[bytes],
    *,
    max_bytes: int,
    patience_s: float = PATIENCE_S,
) -> Exported:
    """Writes the search's results with their whole texts, in its order, up to `MAX_ROWS` and `max_bytes`. Blocking.

    After `patience_s` seconds it ends with what it has, at most one window of the search later. Raises DbError.
    """
    results = _Results(db, viewer, wanted, patience_s)
    written = write_csv(out, HEADER, result_rows(results), max_rows=MAX_ROWS, max_bytes=max_bytes)
    return Exported(written.rows, written.complete, timed_out=written.complete and results.timed_out)


def export_to(
    db: Database, path: Path, viewer: Viewer, wanted: SearchFilter, *, max_bytes: int, patience_s: float
) -> Exported:
    """The same into a file, again where a child that died had begun it."""
    with path.open("wb") as out:
        return export(db, viewer, wanted, out, max_bytes=max_bytes, patience_s=patience_s)


def export_words(done: Exported, *, max_bytes: int) -> str:
    """How many results are in the file, and when not all of them, which limit it met and the way out.

    Raises UserError when the time ended before anything was found.
    """
    if done.timed_out and done.rows == 0:
        raise UserError(
            tr(
                "Nothing found within {time}, the longest an export may take. "
                "Narrow the search with `film`, `job` or `since` and export again.",
                time=duration(PATIENCE_S),
            )
        )
    if done.timed_out:
        return trn(
            "{count} result so far, within {time}, the longest an export may take. "
            "Narrow the search with `film`, `job` or `since` to get the others.",
            "{count} results so far, within {time}, the longest an export may take. "
            "Narrow the search with `film`, `job` or `since` to get the others.",
            done.rows,
            time=duration(PATIENCE_S),
        )
    if done.complete:
        return trn("{count} result.", "{count} results.", done.rows)
    return trn(
        "The first {count} result; an export holds at most {limit} rows and {size}. "
        "Narrow the search with `since`, `film` or `job` to get the others.",
        "The first {count} results; an export holds at most {limit} rows and {size}. "
        "Narrow the search with `since`, `film` or `job` to get the others.",
        done.rows,
        limit=number(MAX_ROWS),
        size=size(max_bytes),
    )


def search_filter(asked: SearchRequest) -> SearchFilter:
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
    bot: BotCore = interaction.client
    await defer(interaction)
    wanted = search_filter(SearchRequest.from_json((await asked_before(interaction, key))["asked"]))
    limit = interaction.filesize_limit
    viewer = bot.viewer(interaction)
    async with bot.heavy.turn(DOWNLOADS, interaction.user.id) as turn:
        with bot.spool.writing() as path:
            async with turn.within(MAKING):
                done = await bot.heavy.in_child(export_to, path, viewer, wanted, max_bytes=limit, patience_s=PATIENCE_S)
            content, file = export_words(done, max_bytes=limit), SpooledFile(path)
        await answer(interaction, Card(content=content, files=(CardFile("results.csv", file),)))


class _Results:
    """Every result of a search in its order, until the time is over; `timed_out` says so once it was read."""

    def __init__(self, db: Database, viewer: Viewer, wanted: SearchFilter, patience_s: float) -> None:
        self._db, self._viewer, self._wanted = db, viewer, wanted
        self._until = time.monotonic() + patience_s
        self.timed_out = False

    def __iter__(self) -> Iterator[ResultView]:
        cursor = None
        while True:
            # One page may take all that is left: its windows grow, while those of many short pages would start anew.
            left = max(0.0, self._until - time.monotonic())
            page = search(self._db, self._viewer, self._wanted, cursor=cursor, limit=STEP, patience_s=left)
            yield from page.items
            cursor = page.next_cursor
            if cursor is None:
                return
            if time.monotonic() >= self._until:
                self.timed_out = True
                return
