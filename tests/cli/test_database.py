"""`reelfeel db`: schema and keys, on a real database."""

from __future__ import annotations

import pytest

from db.crypto import new_key
from db.engine import Database
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
