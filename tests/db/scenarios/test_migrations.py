"""Migrations on both databases: from nothing, with rows present, back, several at once; and what `check` says."""

from __future__ import annotations

import functools
import os
import re
import shutil
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import inspect, text

from db import engine
from db.engine import Database
from db.migrate import SCRIPTS, check, config, upgrade
from db.tables import Base
from tests.db.steps import check_invariants, done_file, predictions
from tests.fixtures.commands import FORKED

NEXT = '''
"""A later migration that makes the table of all parents anew."""
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "9999", "{head}", None, None


def upgrade():
    with op.batch_alter_table("jobs", recreate="{recreate}") as batch:
        batch.add_column(sa.Column("mood", sa.Text(), nullable=True))


def downgrade():
    with op.batch_alter_table("jobs") as batch:
        batch.drop_column("mood")
'''


def newest() -> str:
    """The number of the newest migration."""
    return sorted(path.name for path in (SCRIPTS / "versions").glob("*.py"))[-1].split("_")[0]


@pytest.fixture
def next_scripts(tmp_path: Path, any_url: str) -> Path:
    """The scripts with one more migration after the newest."""
    scripts = tmp_path / "alembic"
    shutil.copytree(SCRIPTS, scripts, ignore=shutil.ignore_patterns("__pycache__"))
    recreate = "always" if any_url.startswith("sqlite") else "auto"
    (scripts / "versions" / "9999_next.py").write_text(NEXT.format(head=newest(), recreate=recreate))
    return scripts


def test_upgrade_from_nothing_makes_exactly_the_models(any_empty_url: str) -> None:
    assert check(any_empty_url) != []
    upgrade(any_empty_url)
    assert check(any_empty_url) == []
    upgrade(any_empty_url)
    assert check(any_empty_url) == []


def test_downgrade_leaves_nothing_and_upgrade_comes_back(any_empty_url: str) -> None:
    upgrade(any_empty_url)
    command.downgrade(config(any_empty_url), "base")
    db = Database(any_empty_url)
    with db.engine.connect() as connection:
        assert not set(inspect(connection).get_table_names()) & set(Base.metadata.tables)
    db.dispose()
    upgrade(any_empty_url)
    assert check(any_empty_url) == []


def test_postgres_spends_no_time_on_compressing_texts_and_files(postgres_url: str) -> None:
    db = Database(postgres_url)
    query = text(
        "SELECT attrelid::regclass::text, attname, attstorage::text FROM pg_attribute WHERE attrelid IN "
        "('reviews'::regclass, 'blob_parts'::regclass) AND attname IN ('text', 'data') ORDER BY 1"
    )
    with db.engine.connect() as connection:
        assert connection.execute(query).all() == [("blob_parts", "data", "e"), ("reviews", "text", "e")]
    db.dispose()


def test_a_migration_of_a_parent_table_keeps_all_rows(db: Database, any_url: str, next_scripts: Path) -> None:
    job_id = done_file(db, 6)
    db.dispose()
    upgrade(any_url, scripts=next_scripts)
    assert predictions(db, job_id) == 6
    check_invariants(db)
    db.dispose()
    command.downgrade(config(any_url, next_scripts), "-1")
    assert predictions(db, job_id) == 6
    assert check(any_url) == []


def test_with_foreign_keys_on_the_same_migration_loses_them(
    sqlite_db: Database, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Why env.py has an engine of its own: without it this very migration deletes every child row."""
    scripts = tmp_path / "alembic"
    shutil.copytree(SCRIPTS, scripts, ignore=shutil.ignore_patterns("__pycache__"))
    (scripts / "versions" / "9999_next.py").write_text(NEXT.format(head=newest(), recreate="always"))
    job_id = done_file(sqlite_db, 6)
    sqlite_db.dispose()
    real = engine.make_engine
    with monkeypatch.context() as patch:
        careless = functools.partial(real, durable=True, foreign_keys=True)
        patch.setattr(engine, "make_engine", lambda url, **_: careless(url))
        upgrade(sqlite_url, scripts=scripts)
    assert predictions(sqlite_db, job_id) == 0


def test_a_migration_that_would_orphan_rows_is_rolled_back(
    sqlite_db: Database, sqlite_url: str, tmp_path: Path
) -> None:
    scripts = tmp_path / "alembic"
    shutil.copytree(SCRIPTS, scripts, ignore=shutil.ignore_patterns("__pycache__"))
    body = NEXT.format(head=newest(), recreate="auto").replace(
        "def upgrade():", "def upgrade():\n    op.execute('DELETE FROM jobs')"
    )
    (scripts / "versions" / "9999_next.py").write_text(body)
    job_id = done_file(sqlite_db, 6)
    sqlite_db.dispose()
    with pytest.raises(RuntimeError, match="without their parent"):
        upgrade(sqlite_url, scripts=scripts)
    check_invariants(sqlite_db)
    assert predictions(sqlite_db, job_id) == 6
    assert check(sqlite_url) == []


def upgrade_elsewhere(url: str, folder: Path, all_are_there: Barrier) -> None:
    os.chdir(folder)
    all_are_there.wait(120)
    upgrade(url)


def test_several_processes_upgrade_at_once(any_empty_url: str, tmp_path: Path) -> None:
    all_are_there = FORKED.Barrier(2)
    given = (any_empty_url, tmp_path, all_are_there)
    processes = [FORKED.Process(target=upgrade_elsewhere, args=given, daemon=True) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(180)
    assert [process.exitcode for process in processes] == [0, 0]
    assert check(any_empty_url) == []


ADDS_ONLY_FROM = "0014"
CONTRACTS = "contracts: "
TAKES_AWAY = re.compile(
    r"op\.(drop_\w+|rename_table)|batch_op\.drop_|\bDROP (TABLE|COLUMN)|new_column_name|nullable=False"
)


def takes_away(script: str) -> list[str]:
    """What an upgrade drops, renames, or asks of every new row without a default, line by line."""
    done = script.partition("def upgrade")[2].partition("def downgrade")[0]
    made = re.sub(r"op\.create_table\(.*?\n    \)", "", done, flags=re.DOTALL)
    lines = [line for line in made.splitlines() if TAKES_AWAY.search(line)]
    return [line for line in lines if "server_default" not in line and "drop_index" not in line]


def test_a_migration_of_a_release_only_adds_or_says_what_it_contracts() -> None:
    """The version before runs on beside it: docs/contributing/release.md."""
    for path in sorted((SCRIPTS / "versions").glob("*.py")):
        script = path.read_text(encoding="utf-8")
        if path.name[:4] >= ADDS_ONLY_FROM and CONTRACTS not in script:
            assert takes_away(script) == [], path.name


@pytest.mark.parametrize(
    ("line", "fine"),
    [
        ('op.add_column("jobs", sa.Column("a", sa.Text(), nullable=True))', True),
        ('op.add_column("jobs", sa.Column("a", sa.Text(), nullable=False, server_default=sa.text("x")))', True),
        ('op.add_column("jobs", sa.Column("a", sa.Text(), nullable=False))', False),
        ('op.drop_column("jobs", "film")', False),
        ('op.alter_column("jobs", "film", new_column_name="title")', False),
    ],
)
def test_what_takes_away_is_noticed(line: str, fine: bool) -> None:
    assert (takes_away(f"def upgrade():\n    {line}\n\n\ndef downgrade():\n    op.drop_table('x')\n") == []) == fine


def test_a_version_runs_on_while_a_newer_one_has_added_to_its_tables(db: Database) -> None:
    with db.begin() as session:
        session.execute(text("ALTER TABLE jobs ADD COLUMN of_the_next TEXT"))
        session.execute(text("ALTER TABLE reviews ADD COLUMN of_the_next INTEGER NOT NULL DEFAULT 7"))
        session.execute(text("CREATE TABLE next_things (id INTEGER PRIMARY KEY)"))
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    done_file(db, 4)
    check_invariants(db)
