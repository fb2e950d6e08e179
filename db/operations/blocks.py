"""Blocks: users and servers that the host shut out.

Whoever serves them asks here. Each change is a line of the audit log.
The line names the kind alone: who was shut out stands in the block itself, and goes with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import delete, select

from db.audit import note_host_line
from db.dialect import insert_for
from db.engine import Database
from db.tables import BlockRow

BlockKind = Literal["user", "server"]
Block = tuple[str, int]
"""Kind and id."""


@dataclass(frozen=True, slots=True)
class BlockEntry:
    """A block as the host sees it."""

    kind: str
    id: int
    created_at: datetime


def block(db: Database, kind: BlockKind, id_: int, *, by: str) -> bool:
    """Shuts a user or a server out; False when it is already. `by`: the login name of who does so."""
    with db.begin() as session:
        insert = insert_for(session, BlockRow).values(kind=kind, id=id_).on_conflict_do_nothing()
        new = session.scalar(insert.returning(BlockRow.id)) is not None
        if new:
            note_host_line(session, by, f"block {kind}")
        return new


def unblock(db: Database, kind: BlockKind, id_: int, *, by: str) -> bool:
    """Lets it in again; False when it was not shut out."""
    with db.begin() as session:
        gone = delete(BlockRow).where(BlockRow.kind == kind, BlockRow.id == id_).returning(BlockRow.id)
        old = session.scalar(gone) is not None
        if old:
            note_host_line(session, by, f"unblock {kind}")
        return old


def blocks(db: Database) -> list[BlockEntry]:
    """All of them, the newest first."""
    query = select(BlockRow.kind, BlockRow.id, BlockRow.created_at).order_by(BlockRow.created_at.desc(), BlockRow.id)
    with db.read() as session:
        return [BlockEntry(*row) for row in session.execute(query)]


def block_set(db: Database) -> frozenset[Block]:
    """The same for looking up: the host makes them one by one, so they are few."""
    with db.read() as session:
        return frozenset((kind, id_) for kind, id_ in session.execute(select(BlockRow.kind, BlockRow.id)))
