"""docs/database.md: its SQL runs on both databases, and its drawing names tables and columns that exist."""

from __future__ import annotations

import re
from pathlib import Path

from sqlalchemy import text

from db.engine import Database
from db.tables import Base
from tests.db.steps import done_file

PAGE = (Path(__file__).parents[2] / "docs" / "database.md").read_text(encoding="utf-8")


def test_the_sql_on_the_page_runs(db: Database) -> None:
    done_file(db, 3)
    statements = [
        s for block in re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL) for s in block.split(";") if s.strip()
    ]
    assert len(statements) >= 5
    with db.read() as session:
        for statement in statements:
            session.execute(text(statement)).all()


def test_the_drawing_is_of_these_tables() -> None:
    drawing = re.findall(r"```mermaid\n(.*?)```", PAGE, re.DOTALL)[0]
    drawn = set(re.findall(r"^    (\w+) [|}]", drawing, re.MULTILINE)) | set(re.findall(r" (\w+) :", drawing))
    settings = {"user_settings", "guild_settings", "bot_state", "audit_log", "deletion_requests", "message_deletions"}
    settings |= {"continuations", "heartbeats", "known_verdicts", "blocks"}
    settings |= {"sent_messages", "guild_memberships", "purge_clock", "server_digests"}
    assert drawn == set(Base.metadata.tables) - settings
    assert all(name in PAGE for name in settings)
    for name, body in re.findall(r"^    (\w+) \{\n(.*?)\n    \}", drawing, re.MULTILINE | re.DOTALL):
        columns = {line.split()[1] for line in body.splitlines()}
        assert columns <= set(Base.metadata.tables[name].columns.keys())
