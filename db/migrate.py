"""Migrations: bringing a database to the newest schema, and saying what is wrong with one."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.util import CommandError
from sqlalchemy import Connection

from db.engine import Database, location, sql_url, translate_errors
from db.errors import DatabaseUnavailable, SchemaOutdated
from db.schema import NEWER, SCRIPTS, problem
from db.tables import Base

UPGRADE_LOCK: Final = 0x5EE1_FEE1
"""PostgreSQL advisory lock held by whoever migrates."""


def config(url: str, scripts: Path = SCRIPTS) -> Config:
    """Alembic's configuration; works from any current folder."""
    made = Config()
    made.set_main_option("script_location", str(scripts).replace("%", "%%"))
    made.attributes["url"] = sql_url(url)
    return made


def upgrade(url: str, *, scripts: Path = SCRIPTS) -> None:
    """Brings the database to the newest schema; a new SQLite file is made. All or nothing, and one at a time.

    Raises DatabaseUnavailable, and SchemaOutdated when a newer program has migrated it further.
    """
    parsed = sql_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        try:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DatabaseUnavailable(
                f"The folder of the {location(parsed)} cannot be made: {error.strerror}."
            ) from None
    try:
        with translate_errors(parsed):
            command.upgrade(config(url, scripts), "head")
    except CommandError:
        raise SchemaOutdated(NEWER) from None


def check(url: str) -> list[str]:
    """What is wrong, one plain sentence each; empty when the database answers and its tables are the program's.

    Raises WrongDatabaseUrl.
    """
    try:
        parsed = sql_url(url)
        if parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").is_file():
            return [f"The database ({location(parsed)}) does not exist: run `reelfeel db upgrade`."]
        database = Database(url)
        try:
            with translate_errors(parsed), database.engine.connect() as connection:
                wrong = problem(connection)
                return _differences(connection) if wrong is None else [wrong]
        finally:
            database.dispose()
    except DatabaseUnavailable as error:
        return [str(error)]


def _differences(connection: Connection) -> list[str]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    differences = compare_metadata(context, Base.metadata)
    return [
        f"The tables and the program differ ({_named(diff)}): run a version of Reelfeel that fits."
        for diff in differences
    ]


def _named(diff: object) -> str:
    """`add_column jobs.title` from one entry of Alembic's comparison (a tuple, or a list of them for a column)."""
    if isinstance(diff, list):
        return ", ".join(_named(one) for one in diff)
    assert isinstance(diff, tuple)
    names = [str(getattr(part, "name", part)) for part in diff[1:4] if part is not None and not isinstance(part, dict)]
    return f"{diff[0]} {'.'.join(names)}"
