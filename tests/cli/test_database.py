"""`reelfeel db`: schema and keys, on a real database."""

from __future__ import annotations

import pytest

from db.crypto import new_key
from db.engine import Database
from db.operations.heartbeats import deregister, record
from tests.cli.conftest import Run


def test_a_fresh_database_is_upgraded_and_checked(run: Run) -> None:
    run("db", "upgrade")
    run("db", "check")
    status = run("status")
    assert "nothing waits" in status
    assert "0 finished files" in status


def test_keys(filled: Database, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "is not set" in run("db", "rotate-keys", code=78)
    key, other = run("db", "new-key").strip(), new_key()
    monkeypatch.setenv("REELFEEL_TEXT_KEYS", f"{other}, {key}")
    assert run("db", "rotate-keys").startswith("4 texts")
    monkeypatch.setenv("REELFEEL_TEXT_KEYS", key)
    assert "lacks the key" in run("audit", code=78)
    monkeypatch.setenv("REELFEEL_TEXT_KEYS", "nonsense")
    refusal = run("audit", code=78)
    assert "holds something that is no key" in refusal
    assert "nonsense" not in refusal
    monkeypatch.setenv("REELFEEL_TEXT_KEYS", other)
    assert run("db", "rotate-keys", "--to-plain").startswith("4 texts")
    monkeypatch.delenv("REELFEEL_TEXT_KEYS")
    assert "text keys" in run("audit")


def test_a_compose_file_asks_whether_texts_are_encrypted(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "make a key with `openssl rand" in run("db", "upgrade", "--need-keys", code=78)
    monkeypatch.setenv("REELFEEL_TEXT_KEYS", "")
    run("db", "upgrade", "--need-keys", code=78)
    for said in ("plain", new_key()):
        monkeypatch.setenv("REELFEEL_TEXT_KEYS", said)
        run("db", "upgrade", "--need-keys")


def test_a_move_takes_its_addresses_from_the_environment(
    filled: Database, run: Run, monkeypatch: pytest.MonkeyPatch, empty_postgres_url: str
) -> None:
    monkeypatch.setenv("REELFEEL_MOVE_FROM", filled.url.render_as_string())
    monkeypatch.setenv("DATABASE_URL", empty_postgres_url)
    record(filled, "a", "bot", "here", {})
    assert "Still at work: bot on here" in run("db", "move", code=75)
    deregister(filled, "a")
    assert "2  jobs" in run("db", "move")
    assert "has rows in" in run("db", "move", code=78)
    monkeypatch.delenv("DATABASE_URL")
    assert "DATABASE_URL is not set" in run("db", "move", code=78)
    monkeypatch.setenv("DATABASE_URL", "postgresql://bob:hunter2@127.0.0.1:1/x")
    assert "hunter2" not in run("db", "move", code=69)
