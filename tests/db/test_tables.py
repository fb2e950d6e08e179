"""Stored definitions are the models': predicates of partial indexes, checks, keys, on both databases."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import Engine, inspect, text

from db.engine import Database
from db.tables import Base

POSTGRESQL = """
    SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'alembic_version'
    UNION ALL
    SELECT conrelid::regclass || '.' || conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text <> 'alembic_version'
"""


def definitions(engine: Engine) -> dict[str, str]:
    """Every index and constraint by name, as the database wrote it down."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            return dict(connection.execute(text(POSTGRESQL)).all())
        indexes = text("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
        found = {name: plain(sql) for name, sql in connection.execute(indexes)}
        for table in inspect(connection).get_table_names():
            for check in inspect(connection).get_check_constraints(table):
                found[f"{table}.{check['name']}"] = plain(check["sqltext"])
            for unique in inspect(connection).get_unique_constraints(table):
                found[f"{table}.{unique['name']}"] = ", ".join(unique["column_names"])
            for key in inspect(connection).get_foreign_keys(table):
                found[f"{table}.{key['name']}"] = str(
                    (key["constrained_columns"], key["referred_table"], key["options"])
                )
        return found


def plain(sql: str) -> str:
    """Without what only differs in how it is written."""
    return re.sub(r"\s+", " ", sql.replace('"', "")).strip().strip("()")


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_indexes_and_constraints_are_those_of_the_models(request: pytest.FixtureRequest, kind: str) -> None:
    migrated = Database(request.getfixturevalue(f"{kind}_url"))
    modelled = Database(request.getfixturevalue(f"empty_{kind}_url"))
    Base.metadata.create_all(modelled.engine)
    stored = definitions(migrated.engine)
    assert stored == definitions(modelled.engine)
    assert sum(" WHERE " in sql for sql in stored.values()) == 15
    migrated.dispose()
    modelled.dispose()
