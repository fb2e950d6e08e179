"""Whether a database is at the newest migration."""

from __future__ import annotations

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import text

from db.engine import Database
from db.errors import SchemaOutdated
from db.migrate import check
from db.schema import NEWER, OUTDATED, SCRIPTS, age, newest


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


def test_the_newest_migration_is_told_by_its_name() -> None:
    assert [newest()] == ScriptDirectory(str(SCRIPTS)).get_heads()


def test_a_database_at_the_head_is_told_without_alembic(sqlite_db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ScriptDirectory, "__init__", lambda *_: pytest.fail("the scripts were loaded"))
    sqlite_db.check_schema()


@pytest.mark.parametrize(("revision", "newer"), [("0001", False), ("9999", True)])
def test_a_newer_schema_is_never_told_to_be_upgraded(db: Database, revision: str, newer: bool) -> None:
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :number"), {"number": revision})
        assert (age(connection) == "newer") is newer
    with pytest.raises(SchemaOutdated) as refused:
        db.check_schema()
    assert str(refused.value) == (NEWER if newer else OUTDATED)
    assert check(db.url.render_as_string(hide_password=False)) == [NEWER if newer else OUTDATED]
