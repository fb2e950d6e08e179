"""Schema versions: where the migrations lie, and whether a database is at the newest one.

The scripts lie in `alembic/` beside this room; that folder has no `__init__.py`, so that the library of the same name
stays importable.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

from sqlalchemy import Connection

SCRIPTS: Final = Path(__file__).resolve().parent.parent / "alembic"


OUTDATED: Final = "The database's schema is not the one this program needs: run `reelfeel db upgrade`."
NEWER: Final = "The database's schema is newer than this program: start a newer version of Reelfeel."


def age(connection: Connection) -> Literal["head", "older", "newer"]:
    """Where the database is: at the newest migration, before it, or at one that only a newer program knows."""
    # Here: it takes a seventh of a second to load, and of a worker's processes only the first one asks.
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
