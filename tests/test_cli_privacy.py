"""The host's commands: keys, export, deletion, the audit log and quality, on a real database."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

import cli
from common.settings import settings
from db.crypto import new_key
from db.engine import Database
from db.queries.corrections import correct
from db.types import Viewer
from tests.db.steps import GUILD, OWNER, done_file, done_review, file_job, origin

runner = CliRunner()


@pytest.fixture
def database(sqlite_db: Database, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Database:
    """The database that the commands find, with something of OWNER's in it."""
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    monkeypatch.delenv("REELFEEL_TEXT_KEYS", raising=False)
    settings.cache_clear()
    result = done_review(sqlite_db, "a quokka film", origin(OWNER, GUILD))
    correct(sqlite_db, Viewer(OWNER, GUILD), result, "negative")
    done_file(sqlite_db, 3)
    return sqlite_db


def run(*arguments: str, code: int = 0, typed: str | None = None) -> str:
    settings.cache_clear()
    done = runner.invoke(cli.app, list(arguments), input=typed)
    assert done.exit_code == code, done.output
    return done.output


def test_export_and_delete(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "all.zip"
    assert "4 reviews, 2 files" in run("privacy", "export", str(OWNER), "-o", str(path))
    with zipfile.ZipFile(path) as packed:
        assert b"quokka" in packed.read("reviews.jsonl")
    assert "cannot be written" in run("privacy", "export", str(OWNER), "-o", str(path), code=1)
    run("privacy", "delete", str(OWNER), typed="n\n", code=1)
    running = file_job(database, 2)
    assert f"Job {running} is still running" in run("privacy", "delete", str(OWNER), "--yes", code=1)
    assert "Deleted: 6 texts" in run("privacy", "delete", str(OWNER), "--yes", "--cancel")
    assert "0 texts" in run("privacy", "delete", str(OWNER), "-y")
    log = run("audit")
    assert log.count("privacy delete") == 2
    assert "privacy export" in log
    assert len(run("audit", "--limit", "1").splitlines()) == 1


def test_quality(database: Database) -> None:
    assert run("quality") == "m1  1 corrections, 0 agree with the verdict\n"


def test_keys(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "is not set" in run("db", "rotate-keys", code=78)
    key, other = run("db", "new-key").strip(), new_key()
    monkeypatch.setenv("REELFEEL_TEXT_KEYS", f"{other}, {key}")
    assert run("db", "rotate-keys").startswith("4 texts")
    monkeypatch.setenv("REELFEEL_TEXT_KEYS", key)
    assert "lacks the key" in run("audit", code=78)
    monkeypatch.setenv("REELFEEL_TEXT_KEYS", "nonsense")
    said = run("audit", code=78)
    assert "holds something that is no key" in said
    assert "nonsense" not in said
    monkeypatch.setenv("REELFEEL_TEXT_KEYS", other)
    assert run("db", "rotate-keys", "--to-plain").startswith("4 texts")
    monkeypatch.delenv("REELFEEL_TEXT_KEYS")
    assert "text keys" in run("audit")


@pytest.mark.parametrize("process", ["bot", "worker"])
def test_a_process_refuses_to_start_without_a_key_in_use(
    database: Database, monkeypatch: pytest.MonkeyPatch, process: str
) -> None:
    from db.privacy import text_keys

    sealing = Database(str(database.url), text_keys=(new_key(),))
    text_keys.check(sealing)
    sealing.dispose()
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1")
    monkeypatch.setenv("DISCORD_TOKEN", "A" * 24 + "." + "B" * 6 + "." + "C" * 30)
    assert "lacks the key" in run(process, code=78)


def test_a_settings_text_keys_are_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    key = new_key()
    monkeypatch.setenv("REELFEEL_TEXT_KEYS", f" {key} ,,")
    settings.cache_clear()
    assert settings().sealing_keys() == (key,)
    assert key not in repr(settings())
    settings.cache_clear()
