"""Schema versions: where the migrations lie, and whether a database is at the newest one.

The scripts lie in `alembic/` beside this room; that folder has no `__init__.py`, so that the library of the same name
stays importable.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

from sqlalchemy import Connection, column, inspect, select, table

SCRIPTS: Final = Path(__file__).resolve().parent.parent / "alembic"
_VERSION: Final = table("alembic_version", column("version_num"))
"""Alembic's own: a row for each head at which the database is."""


OUTDATED: Final = "The database's schema is not the one this program needs: run `reelfeel db upgrade`."
NEWER: Final = "The database's schema is newer than this program: start a newer version of Reelfeel."


def newest() -> str:
    """The newest migration, by the names of the scripts: 0019 of 0019_reporting_reviews.py."""
    names = [script.name for script in (SCRIPTS / "versions").glob("[0-9]*.py")]
    return max(names, default="").partition("_")[0]


def age(connection: Connection) -> Literal["head", "older", "newer"]:
    """Where the database is: at the newest migration, before it, or at one that only a newer program knows."""
    is_marked = inspect(connection).has_table(_VERSION.name)
    if is_marked and connection.scalars(select(_VERSION.c.version_num)).all() == [newest()]:
        return "head"
    # Here: it takes a tenth of a second to load, and only who is not at the newest one needs it.
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory(str(SCRIPTS))
    current = set(MigrationContext.configure(connection).get_current_heads())
    if current == set(scripts.get_heads()):
        return "head"
    return "older" if current <= {script.revision for script in scripts.walk_revisions()} else "newer"


def problem(connection: Connection) -> str | None:
    """What a host does about the schema, in one sentence; None when it is the newest."""
    return {"head": None, "older": OUTDATED, "newer": NEWER}[age(connection)]
