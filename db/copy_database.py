"""Moving to another database: `python -m db.copy_database FROM-URL TO-URL`, with bot and workers stopped."""

from __future__ import annotations

import sys
from typing import Final

from sqlalchemy import Connection, Table, func, insert, select

from db.engine import Database, translate_errors
from db.errors import DbError, HostError
from db.migrate import upgrade
from db.tables import Base

BATCH: Final = 500
"""Rows read and written at a time; the largest are parts of files, 1 MiB each."""


class NotEmpty(HostError):
    """The database to move to holds rows already."""

    def __init__(self, table: str) -> None:
        super().__init__(f"The database to move to has rows in '{table}' already: make an empty one.")


def copy_database(source_url: str, target_url: str) -> dict[str, int]:
    """Copies all rows into an empty database, which is brought to the newest schema; the number of rows by table.

    All or nothing; the source is only read. Raises DatabaseUnavailable, SchemaOutdated, NotEmpty.
    """
    # Sealed texts stay as they are: whoever moves a database need not hold its keys.
    source, target = Database(source_url, text_keys=None), Database(target_url, durable=True, text_keys=None)
    source.check_schema()
    upgrade(target_url)
    try:
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


def main(arguments: list[str]) -> int:
    """0 when all rows were copied; 69 with one sentence otherwise, 2 for wrong usage."""
    if len(arguments) != 2:
        sys.stderr.write("usage: python -m db.copy_database FROM-URL TO-URL\n")
        return 2
    try:
        copied = copy_database(*arguments)
    except DbError as error:
        sys.stderr.write(f"reelfeel: {error}\n")
        return 69
    sys.stdout.write("".join(f"{rows:>10,}  {name}\n" for name, rows in copied.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
