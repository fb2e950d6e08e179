"""Runs migrations on an engine of their own, in one transaction, one process at a time.

On SQLite foreign keys are off while they run: a batch migration drops and makes the table anew, and with the keys on
that deletes all rows that point to it (measured). They are checked before the commit instead.
"""

from __future__ import annotations

import os
from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection, text

from db.clock import UtcTime
from db.crypto import SealedText
from db.engine import make_engine, sql_url
from db.migrate import UPGRADE_LOCK
from db.tables import Base


def checked(connection: Connection) -> None:
    """Raises RuntimeError, which rolls back, when a row points to one that is not there."""
    if connection.dialect.name == "sqlite":
        orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if orphans:
            tables = sorted({str(row[0]) for row in orphans})
            raise RuntimeError(f"the migration would leave {len(orphans)} rows without their parent in {tables}")


def rendered(kind: str, item: object, _context: AutogenContext) -> str | Literal[False]:
    """Writes our own types into a new migration as what they are: a migration must not change with the program."""
    if kind == "type" and isinstance(item, SealedText):
        return "sa.Text()"
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcTime) else False


def run() -> None:
    url = context.config.attributes.get("url") or sql_url(os.environ["DATABASE_URL"])
    engine = make_engine(url, durable=True, foreign_keys=False).execution_options(begin="BEGIN IMMEDIATE")
    try:
        with engine.connect() as connection, connection.begin():
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": UPGRADE_LOCK})
            else:
                # A batch migration drops the table and renames its copy. Without this the rename is refused, because
                # for a moment the reporting views name a table that is not there.
                connection.exec_driver_sql("PRAGMA legacy_alter_table=ON")
            context.configure(
                connection=connection,
                target_metadata=Base.metadata,
                render_as_batch=True,
                transactional_ddl=True,
                compare_type=True,
                render_item=rendered,
            )
            with context.begin_transaction():
                context.run_migrations()
            checked(connection)
    finally:
        engine.dispose()


run()
