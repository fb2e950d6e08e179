"""The audit log: a line each, of one's own server, in pages, cut where a name is too long."""

from __future__ import annotations

from db.audit import all_lines, note_host, note_manager, server_lines
from db.engine import Database
from db.types import Viewer

HERE, THERE = Viewer(1, 10), Viewer(1, 20)


def test_a_server_reads_its_own_lines_in_pages(db: Database) -> None:
    for number in range(5):
        with db.begin() as session:
            note_manager(session, HERE if number != 2 else THERE, "retention_days", old=None, new=str(number))
    note_host(db, "root", "export", new="7")
    first = server_lines(db, HERE, limit=2)
    assert [line.new for line in first] == ["4", "3"]
    assert [line.new for line in server_lines(db, HERE, before_id=first[-1].id)] == ["1", "0"]
    assert [line.new for line in server_lines(db, THERE)] == ["2"]
    assert server_lines(db, Viewer(1)) == []
    everything = all_lines(db)
    assert [(line.actor_id, line.actor_name, line.guild_id) for line in everything[:2]] == [
        (None, "root", None),
        (1, None, 10),
    ]
    assert [line.new for line in all_lines(db, before_id=everything[2].id, limit=1)] == ["2"]


def test_a_long_name_is_cut(db: Database) -> None:
    for length in (100, 101):
        note_host(db, "n" * length, "rotate")
    assert [len(line.actor_name or "") for line in all_lines(db)] == [100, 100]
