"""Texts go on time by a clock that the test moves, in short transactions, and the anonymous scores stay."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from db.audit import note_host
from db.engine import Database
from db.preferences import change_guild_settings
from db.privacy import purge as emptying
from db.privacy import retention
from db.privacy.retention import AUDIT_DAYS, Purged, purge
from db.queries.corrections import correct, corrections_of
from db.tables import AuditLine, Blob, BlobPart, Job, Prediction, Review
from db.types import Viewer
from tests.db.steps import ELSEWHERE, GUILD, ME, OWNER, check_invariants, done_file, done_review, origin, predictions

HOST_DAYS = 90


def in_days(days: float) -> datetime:
    """The moved clock."""
    return datetime.now(UTC) + timedelta(days=days)


def texts(db: Database) -> dict[int, int]:
    """Texts left by job, jobs without any left out."""
    query = select(Review.job_id, func.count(Review.text)).group_by(Review.job_id).having(func.count(Review.text) > 0)
    with db.read() as session:
        return dict(session.execute(query).all())


def count(db: Database, table: Any) -> int:
    with db.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_texts_go_at_their_time_and_not_before(db: Database) -> None:
    change_guild_settings(db, Viewer(9, ELSEWHERE), lambda old: replace(old, retention_days=7))
    here = done_file(db, 3)
    there = done_file(db, 3, where=origin(guild=ELSEWHERE))
    message = done_review(db, where=origin(guild=None))
    correct(db, ME, message, "negative", "a note that quotes")
    jobs = {here: 3, there: 3, there + 1: 1}
    scores = count(db, Prediction)
    for days, left in (
        (0, jobs),
        (6.9, jobs),
        (7.1, {here: 3, there + 1: 1}),
        (89.9, {here: 3, there + 1: 1}),
        (90.1, {}),
    ):
        purge(db, older_than_days=HOST_DAYS, at=in_days(days))
        assert texts(db) == left, f"after {days} days"
    assert count(db, Blob) == count(db, BlobPart) == 0
    assert corrections_of(db, Viewer(OWNER), message).note is None
    assert corrections_of(db, Viewer(OWNER), message).label == "negative"
    assert count(db, Prediction) == scores == 7
    with db.read() as session:
        assert session.scalar(select(func.count(Prediction.explanation))) == 0
        assert session.scalar(select(func.min(Prediction.probability))) is not None
    assert purge(db, older_than_days=HOST_DAYS, at=in_days(91)) == Purged()
    check_invariants(db)


def test_a_longer_time_of_a_server_counts_too(db: Database) -> None:
    change_guild_settings(db, Viewer(9, GUILD), lambda old: replace(old, retention_days=365))
    done_review(db)
    purge(db, older_than_days=HOST_DAYS, at=in_days(364))
    assert texts(db) != {}
    purge(db, older_than_days=HOST_DAYS, at=in_days(366))
    assert texts(db) == {}


def test_lines_of_the_audit_log_go_after_a_year(db: Database) -> None:
    note_host(db, "root", "privacy export")
    assert purge(db, older_than_days=HOST_DAYS, at=in_days(AUDIT_DAYS - 1)).audit_lines == 0
    assert purge(db, older_than_days=HOST_DAYS, at=in_days(AUDIT_DAYS + 1)).audit_lines == 1
    assert count(db, AuditLine) == 0


def test_a_purge_lets_others_write_in_between(sqlite_db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two of its transactions the write lock is free: a message is accepted while a file is emptied."""
    monkeypatch.setattr(emptying, "ROWS", 2)
    job_id = done_file(sqlite_db, 6)
    seen: list[int] = []
    real = emptying.erase_texts

    def watched(session: Any, mine: Any) -> tuple[int, int]:
        if seen:
            # A second connection, which would wait 30 s for a lock that was kept.
            writer = threading.Thread(target=done_review, args=(sqlite_db,))
            writer.start()
            waiting.append(writer)
        seen.append(1)
        return real(session, mine)

    waiting: list[threading.Thread] = []
    monkeypatch.setattr(retention, "erase_texts", watched)
    purge(sqlite_db, older_than_days=HOST_DAYS, at=in_days(91))
    for one in waiting:
        one.join(timeout=10)
        assert not one.is_alive()
    assert len(seen) == 3
    assert predictions(sqlite_db, job_id) == 6


def test_a_large_file_goes_a_few_parts_at_a_time(sqlite_db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    from db.blobs import PART_BYTES, write_blob

    monkeypatch.setattr(emptying, "PARTS", 2)
    blob = write_blob(sqlite_db, [b"x" * PART_BYTES] * 5)
    deleted: list[int] = []
    real = emptying.changed_rows
    monkeypatch.setattr(
        emptying, "changed_rows", lambda session, what: deleted.append(real(session, what)) or deleted[-1]
    )
    emptying.drop_blob(sqlite_db, blob)
    assert deleted == [2, 2, 1, 1]
    assert count(sqlite_db, BlobPart) == count(sqlite_db, Blob) == 0


def test_a_purge_leaves_no_text_in_the_file(sqlite_db: Database, sqlite_url: str) -> None:
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    done_review(sqlite_db, "quokka")
    with sqlite_db.begin() as session:
        session.execute(update(Job).values(film="Heat"))
    purge(sqlite_db, older_than_days=HOST_DAYS, at=in_days(91))
    log = path.with_name(path.name + "-wal")
    assert b"quokka" not in path.read_bytes() + (log.read_bytes() if log.exists() else b"")
