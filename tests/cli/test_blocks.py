"""`reelfeel block`, `unblock`, `blocked`: each change is a line of the audit log that names nobody."""

from __future__ import annotations

from db.engine import Database
from tests.cli.conftest import Run


def test_block_list_and_unblock(filled: Database, run: Run) -> None:
    assert "Nobody" in run("blocked")
    assert "The user 123456789012345678 is blocked" in run("block", "user", "123456789012345678")
    assert "was blocked before" in run("block", "user", "123456789012345678")
    run("block", "server", "42")
    listed = run("blocked")
    assert "123456789012345678" in listed
    assert "server" in listed
    assert "no longer blocked" in run("unblock", "user", "123456789012345678")
    assert "was not blocked" in run("unblock", "user", "123456789012345678")
    assert "123456789012345678" not in run("blocked")
    run("block", "channel", "42", code=2)
    run("block", "user", "0", code=2)
    log = run("audit")
    assert (log.count("unblock user"), log.count("block user"), log.count("block server")) == (1, 2, 1)
    assert "123456789012345678" not in log
