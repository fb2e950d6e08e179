"""Schema versions: where the migrations lie, and whether a database is at the newest one.

The scripts lie in `alembic/` beside this room; that folder has no `__init__.py`, so that the library of the same name
stays importable.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

SCRIPTS: Final = Path(__file__).resolve().parent.parent / "alembic"


def at_head(connection: Connection) -> bool:
    """Whether the database is at the newest migration."""
    heads = ScriptDirectory(str(SCRIPTS)).get_heads()
    return set(MigrationContext.configure(connection).get_current_heads()) == set(heads)


def is_newer(connection: Connection) -> bool:
    """Whether the database is at a migration that this program does not know."""
    scripts = ScriptDirectory(str(SCRIPTS))
    known = {script.revision for script in scripts.walk_revisions()}
    return not known.issuperset(MigrationContext.configure(connection).get_current_heads())
