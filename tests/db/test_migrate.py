"""What `check` says of a database, and programs and schemas of different ages."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from db.engine import Database
from db.errors import SchemaOutdated
from db.migrate import check, upgrade
from tests.db.steps import done_file


def test_a_database_of_a_newer_program_is_left_alone(any_url: str) -> None:
    db = Database(any_url)
    with db.begin() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SchemaOutdated, match="start a newer version") as said:
        db.check_schema()
    db.dispose()
    assert check(any_url) == [str(said.value)]
    assert "upgrade" not in str(said.value)
    with pytest.raises(SchemaOutdated, match="newer than this program"):
        upgrade(any_url)


def test_check_names_what_differs(db: Database, any_url: str) -> None:
    with db.begin() as session:
        session.execute(text("DROP INDEX ix_predictions_owner"))
        session.execute(text("ALTER TABLE notices DROP COLUMN attempts"))
    problems = " ".join(check(any_url))
    assert "ix_predictions_owner" in problems
    assert "notices.attempts" in problems


def test_check_says_when_the_schema_is_behind(any_empty_url: str) -> None:
    (problem,) = check(any_empty_url)
    assert "reelfeel db upgrade" in problem


def test_a_program_on_an_older_schema_says_so(any_empty_url: str) -> None:
    db = Database(any_empty_url)
    with pytest.raises(SchemaOutdated, match="reelfeel db upgrade"):
        db.check_schema()
    with pytest.raises(SchemaOutdated, match="reelfeel db check"):
        done_file(db)
    db.dispose()
