"""Blocks are stored once, listed and taken back, on both databases."""

from __future__ import annotations

from db.audit import all_lines
from db.engine import Database
from db.operations.blocks import block, block_set, blocks, unblock


def test_blocked_once_and_let_in_again(db: Database) -> None:
    assert block(db, "user", 2**62, by="me")
    assert not block(db, "user", 2**62, by="me")
    assert block(db, "server", 7, by="me")
    assert block_set(db) == {("user", 2**62), ("server", 7)}
    assert {(one.kind, one.id) for one in blocks(db)} == block_set(db)
    assert unblock(db, "user", 2**62, by="me")
    assert not unblock(db, "user", 2**62, by="me")
    assert not unblock(db, "user", 7, by="me"), "a server's id is no user's"
    assert block_set(db) == {("server", 7)}
    assert [line.action for line in all_lines(db)] == ["unblock user", "block server", "block user"]
