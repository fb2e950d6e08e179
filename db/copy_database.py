"""Moving to another database: `reelfeel db move`, with bot and workers stopped."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, Table, func, insert, select

from db.engine import Database, translate_errors
from db.errors import HostError
from db.migrate import upgrade
from db.operations.heartbeats import beats
from db.operations.types import LATE_S
from db.tables import Base

BATCH: Final = 500
"""Rows read and written at a time; the largest are parts of files, 1 MiB each."""


class NotEmpty(HostError):
    """The database to move to holds rows already."""

    def __init__(self, table: str) -> None:
        super().__init__(f"The database to move to has rows in '{table}' already: make an empty one.")


class StillServed(HostError):
    """Processes work on a database that is to be copied or filled; `places` name them."""

    def __init__(self, places: list[str]) -> None:
        super().__init__(
            f"Still at work: {', '.join(places)}. Stop bot and workers; if one was killed, wait {LATE_S:.0f} seconds."
        )


def copy_database(source_url: str, target_url: str) -> dict[str, int]:
    """Copies all rows into an empty database, which is brought to the newest schema; the number of rows by table.

    All or nothing; the source is only read. Raises DatabaseUnavailable, WrongDatabaseUrl, SchemaOutdated, NotEmpty, and
    StillServed while a bot or a worker is at work on it: what it accepts meanwhile would be lost.
    """
    # Sealed texts stay as they are: whoever moves a database need not hold its keys.
    source, target = Database(source_url, text_keys=None), Database(target_url, durable=True, text_keys=None)
    try:
        source.check_schema()
        _check_idle(source)
        upgrade(target_url)
        with (
            translate_errors(source.url),
            source.engine.connect() as reading,
            translate_errors(target.url),
            target.engine.begin() as writing,
        ):
            return {table.name: _copy(table, reading, writing) for table in Base.metadata.sorted_tables}
    finally:
        source.dispose()
        target.dispose()


def _check_idle(source: Database) -> None:
    at_work = [f"{beat.room} on {beat.host}, seen {beat.age_s:.0f} s ago" for beat in beats(source) if beat.alive]
    if at_work:
        raise StillServed(at_work)


def _copy(table: Table, reading: Connection, writing: Connection) -> int:
    if writing.scalar(select(func.count()).select_from(table)):
        raise NotEmpty(table.name)
    rows = 0
    batch = 8 if table.name == "blob_parts" else BATCH
    selected = reading.execution_options(yield_per=batch).execute(select(table).order_by(*table.primary_key))
    for part in selected.mappings().partitions():
        writing.execute(insert(table), [dict(row) for row in part])
        rows += len(part)
    _continue_numbers(table, writing)
    return rows


def _continue_numbers(table: Table, writing: Connection) -> None:
    """PostgreSQL gives out new ids from a sequence that copied rows do not move on; SQLite remembers the largest."""
    if writing.dialect.name == "postgresql" and table.autoincrement_column is not None:
        last = select(func.max(table.autoincrement_column)).scalar_subquery()
        sequence = func.pg_get_serial_sequence(table.name, table.autoincrement_column.name)
        if writing.scalar(select(sequence)) is not None:
            writing.execute(select(func.setval(sequence, func.coalesce(last, 1), last.is_not(None))))
