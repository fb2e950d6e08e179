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


SCRIPT = Path(__file__).parents[2] / "docs" / "operating" / "backup.sh"


class Backup:
    """The script of the service `backup`, on this server."""

    def __init__(self, server: PostgresServer, folder: Path) -> None:
        self.folder = folder
        self._env = os.environ | {"PGHOST": str(server.folder), "PGUSER": USER, "BACKUP_FOLDER": str(folder)}
        self._env["PATH"] = f"{INSTALLED / 'bin'}:{os.environ['PATH']}"

    def __call__(self, *arguments: str | Path, url: str = "", **env: str) -> subprocess.CompletedProcess[str]:
        name = {"PGDATABASE": url.split("?")[0].split("/")[-1]}
        line = ["sh", str(SCRIPT), *map(str, arguments)]
        return subprocess.run(line, env=self._env | name | env, capture_output=True, text=True, timeout=60, check=False)

    @property
    def dumps(self) -> list[Path]:
        return sorted(self.folder.iterdir())


@pytest.fixture
def backup(postgres_server: PostgresServer, tmp_path: Path) -> Backup:
    (tmp_path / "backups").mkdir()
    return Backup(postgres_server, tmp_path / "backups")


def test_the_backup_service_makes_a_dump_that_can_be_restored_and_served_from(
    postgres_url: str, empty_postgres_url: str, backup: Backup
) -> None:
    job = scored(postgres_url)
    assert backup("fresh", "25").returncode == 1
    old = backup.folder / "reelfeel-20200101T000000Z.dump"
    for name in (old.name, "mine.txt"):
        (backup.folder / name).write_text("")
        os.utime(backup.folder / name, (0, 0))
    made = backup("once", url=postgres_url)
    assert made.returncode == 0, made.stderr
    dump, other = sorted(backup.dumps, key=lambda one: one.suffix)
    assert other.name == "mine.txt", "only dumps of its own are removed"
    assert not old.exists()
    assert oct(dump.stat().st_mode & 0o777) == "0o600"
    assert backup("fresh", "25").returncode == 0
    refused = backup("restore", dump, url=postgres_url)
    assert (refused.returncode, "has tables already" in refused.stderr) == (1, True)
    restored = backup("restore", dump, url=empty_postgres_url)
    assert restored.returncode == 0, restored.stderr
    works(empty_postgres_url, job)


def test_a_dump_that_cannot_be_made_leaves_nothing_and_says_so(postgres_url: str, backup: Backup) -> None:
    failed = backup("once", url=f"{postgres_url.split('?')[0]}_not_there")
    assert failed.returncode == 1
    assert "no dump was made" in failed.stderr
    assert backup.dumps == []
    assert backup("restore", backup.folder / "none.dump", url=postgres_url).returncode == 1
