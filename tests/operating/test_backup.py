"""The backups of docs/operating.md, made while the database is in use, hold every row and can be served from."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from sqlalchemy import text

from db.engine import Database
from db.migrate import check
from tests.fixtures.chunks import drain
from tests.fixtures.postgres_server import INSTALLED, USER, PostgresServer
from tests.fixtures.reviews import accept_csv, recount
from tests.fixtures.scorer import Judge
from worker.files.limits import Limits

ROWS = 40
LIMITS = Limits(max_rows=1000, max_unpacked_bytes=2**20, max_review_chars=1000)


def scored(url: str) -> int:
    """A database with one job done; the job's number."""
    db = Database(url)
    job = accept_csv(db, ROWS).job_id
    drain(db, Judge(), limits=LIMITS)  # type: ignore[arg-type]
    assert recount(db, job).state == "done"
    db.dispose()
    return job


def works(url: str, job: int) -> None:
    """The copy is complete, and takes new work."""
    assert check(url) == []
    db = Database(url)
    assert recount(db, job).predictions == ROWS
    db.dispose()
    assert scored(url) > job


@pytest.mark.skipif(shutil.which("sqlite3") is None, reason="sqlite3 is not here")
def test_sqlite_is_backed_up_while_it_is_written_to(sqlite_url: str, tmp_path: Path) -> None:
    job = scored(sqlite_url)
    db, copy = Database(sqlite_url), tmp_path / "backup.sqlite3"
    with db.begin() as session:  # a writer in the middle of something
        session.execute(text("UPDATE jobs SET film = 'half done'"))
        source = sqlite_url.removeprefix("sqlite:///")
        subprocess.run(["sqlite3", source, f".backup '{copy}'"], check=True, timeout=30)
    db.dispose()
    works(f"sqlite:///{copy}", job)


def test_postgresql_is_dumped_and_restored(
    postgres_url: str, empty_postgres_url: str, postgres_server: PostgresServer, tmp_path: Path
) -> None:
    job = scored(postgres_url)
    env = os.environ | {"PGHOST": str(postgres_server.folder), "PGUSER": USER}
    source, target = (url.split("?")[0].split("/")[-1] for url in (postgres_url, empty_postgres_url))
    dump, bin_ = tmp_path / "reelfeel.dump", INSTALLED / "bin"
    subprocess.run([bin_ / "pg_dump", "-Fc", "-d", source, "-f", dump], env=env, check=True, timeout=60)
    subprocess.run([bin_ / "pg_restore", "--no-owner", "-d", target, dump], env=env, check=True, timeout=60)
    works(empty_postgres_url, job)
