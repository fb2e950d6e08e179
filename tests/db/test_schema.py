"""Whether a database is at the newest migration."""

from __future__ import annotations

from sqlalchemy import text

from db.engine import Database
from db.schema import SCRIPTS, age


def test_only_the_newest_migration_is_the_head(db: Database) -> None:
    with db.engine.begin() as connection:
        assert age(connection) == "head"
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    with db.engine.begin() as connection:
        assert age(connection) == "older"
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with db.engine.begin() as connection:
        assert age(connection) == "newer"
        connection.execute(text("DELETE FROM alembic_version"))
    with db.engine.connect() as connection:
        assert age(connection) == "older"


def test_the_scripts_are_there() -> None:
    assert (SCRIPTS / "versions").is_dir()
