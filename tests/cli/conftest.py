"""What the tests of the command line share: an environment of their own, a database, and how a command is run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest
from typer.testing import CliRunner

import cli
from cli import submitting
from common import settings
from db.engine import Database
from db.queries.corrections import correct
from db.types import Viewer
from tests.db.steps import GUILD, OWNER, done_file, done_review, origin
from tests.fixtures.chunks import drain
from tests.fixtures.scorer import Judge
from worker.files.limits import Limits


@pytest.fixture(autouse=True)
def own_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Settings of this test alone, in a folder without a `.env`."""
    for name in ("DATABASE_URL", "REDIS_URL", "DISCORD_TOKEN", "REELFEEL_MODEL_DIR", "REELFEEL_TEXT_KEYS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("REELFEEL_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    settings.settings.cache_clear()
    yield
    settings.settings.cache_clear()


class Run(Protocol):
    """Runs a command, checks its exit code and gives back what it printed; `typed`: what its user types."""

    def __call__(self, *arguments: str, code: int = 0, typed: str | None = None) -> str: ...


@pytest.fixture
def run() -> Run:
    """Each command reads the environment anew, as a process of its own does."""

    def once(*arguments: str, code: int = 0, typed: str | None = None) -> str:
        settings.settings.cache_clear()
        done = CliRunner().invoke(cli.app, list(arguments), input=typed)
        assert done.exit_code == code, done.output
        return done.output

    return once


@pytest.fixture
def command_db(sqlite_db: Database, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Database:
    """The database that the commands find, empty."""
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    return sqlite_db


@pytest.fixture
def filled(command_db: Database) -> Database:
    """The same with a corrected review and a file of OWNER's in it."""
    result = done_review(command_db, "a quokka film", origin(OWNER, GUILD))
    correct(command_db, Viewer(OWNER, GUILD), result, "negative")
    done_file(command_db, 3)
    return command_db


LIMITS = Limits(max_rows=10_000, max_unpacked_bytes=1 << 20, max_review_chars=5_000)


@pytest.fixture
def worked(command_db: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """The same database while somebody works: whoever waits finds all that waited done, everything positive."""
    monkeypatch.setattr(submitting.time, "sleep", lambda _: drain(command_db, Judge(), limits=LIMITS))  # type: ignore[arg-type]
    return command_db
