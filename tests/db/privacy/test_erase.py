"""Being forgotten: nothing of the user's is left in any table or in the file, scores stay, others lose nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, inspect, select, text, update

from db.audit import server_lines
from db.clock import db_time
from db.engine import Database
from db.errors import JobsRunning
from db.preferences import change_guild_settings
from db.privacy import deleted_sources, retention
from db.privacy import erase as privacy
from db.privacy import purge as emptying
from db.privacy.deleted_sources import delete_sources
from db.privacy.erase import StoredData, erase_user, resume_erasures, stored_data
from db.privacy.purge import NOBODY
from db.privacy.retention import purge
from db.queries.corrections import correct, corrections_of
from db.queries.jobs import changed_jobs, get_job
from db.queries.reports import summary
from db.queries.results import get_result
from db.queries.search import search
from db.queue import cancel, write_blob
from db.tables import Base, Blob, Job, Review
from db.types import ReportFilter, SearchFilter, Viewer
from tests.db.privacy.user_data import BOB, EVE, MARK, ME, THEM, fill, jobs_of
from tests.db.steps import GUILD, check_invariants, done_file, done_review, file_job, origin


def traces(db: Database, *signs: str) -> list[str]:
    """Every table and column in which one of the signs still stands, whatever tables there are."""
    found = []
    with db.read() as session:
        for table in inspect(session.connection()).get_table_names():
            for row in session.execute(text(f'SELECT * FROM "{table}"')).mappings():
                found += [f"{table}.{name}" for name, value in row.items() if said(value, signs)]
    return found


def said(value: Any, signs: tuple[str, ...]) -> bool:
    words = value.decode("utf-8", "replace") if isinstance(value, bytes | memoryview) else str(value)
    return any(sign in words for sign in signs)


def test_nothing_of_the_user_is_left_and_the_scores_stay(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("ROWS", 3), ("PARTS", 1)):
        monkeypatch.setattr(emptying, name, value)
    monkeypatch.setattr(privacy, "JOBS", 1)
    made = fill(db)
    theirs = fill(db, BOB)
    correct(db, THEM, made["shared"], "uncertain", f"quotes {MARK}")
    correct(db, ME, theirs["shared"], "negative", f"{MARK} on theirs")
    before = summary(db, THEM, ReportFilter())
    texts = [item.text for item in search(db, THEM, SearchFilter(), limit=100).items if item.owner_id == BOB]
    assert len(traces(db, str(EVE))) > 8
    gone = erase_user(db, ME)
    assert (gone.jobs, gone.texts, gone.files, gone.corrections, gone.settings) == (4, 16, 4, 2, 1)
    assert gone.notices == 2
    assert gone.messages == 4
    assert traces(db, str(EVE)) == []
    after = summary(db, THEM, ReportFilter())
    assert (after.total, after.histogram, after.rejected) == (before.total, before.histogram, before.rejected)
    assert [item.text for item in search(db, THEM, SearchFilter(), limit=100).items if item.owner_id == BOB] == texts
    assert corrections_of(db, THEM, made["shared"]).note is None
    left = get_result(db, THEM, made["shared"])
    assert (left.text, left.explanation, left.owner_id, left.label) == (None, None, NOBODY, "positive")
    assert stored_data(db, ME) == StoredData(0, 0, 0, 0, 0, 0, 0, False, 0, None, None, None, ())
    assert stored_data(db, THEM).texts == 16
    assert search(db, Viewer(EVE), SearchFilter()).items == []
    assert {job.owner_id for job in changed_jobs(db)} <= {BOB}
    check_invariants(db)
    erase_user(db, THEM)
    assert traces(db, MARK, str(BOB)) == []
    check_invariants(db)


def test_the_text_is_not_in_the_file_either(sqlite_db: Database, sqlite_url: str) -> None:
    """SQLite leaves what is deleted in free pages and in its log, unless told otherwise."""
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    fill(sqlite_db)

    def on_disk() -> bool:
        files = (path, path.with_name(path.name + "-wal"))
        return any(MARK.encode() in one.read_bytes() for one in files if one.exists())

    assert on_disk()
    erase_user(sqlite_db, ME)
    assert not on_disk()


def test_running_jobs_are_cancelled_first(db: Database) -> None:
    fill(db)
    running = file_job(db, 2, where=origin(EVE))
    texts = stored_data(db, ME).texts
    with pytest.raises(JobsRunning, match=f"Job {running} is still running: cancel first"):
        erase_user(db, ME)
    assert stored_data(db, ME).texts == texts
    assert stored_data(db, ME).running == (running,)
    cancel(db, ME, running)
    assert erase_user(db, ME).jobs == 5
    assert jobs_of(db, EVE) == []


def test_a_deletion_that_died_in_the_middle_is_finished_later(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(db)

    class Killed(BaseException):
        pass

    def kill(*_: Any) -> int:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(privacy, "drop_files", kill)
        with pytest.raises(Killed):
            erase_user(db, ME)
    assert jobs_of(db, EVE) != []
    later = done_review(db, "sent afterwards", origin(EVE, None))
    on_its_way = write_blob(db, [b"text\ngood\n"], owner=EVE)
    assert resume_erasures(db) == 0  # it may still be at work
    age_request(db, but=get_result(db, Viewer(EVE), later).job_id)
    half_written = write_blob(db, [b"x"], owner=EVE)
    with db.begin() as session:
        session.execute(update(Blob).where(Blob.id == half_written).values(created_at=db_time(-7200)))
    assert resume_erasures(db) == 1
    assert [get_job(db, Viewer(EVE), one).kind for one in jobs_of(db, EVE)] == ["message"]
    assert get_result(db, Viewer(EVE), later).text == "sent afterwards"
    with db.read() as session:
        assert session.scalars(select(Blob.id)).all() == [on_its_way]
    assert resume_erasures(db) == 0


@pytest.mark.parametrize("broken", [deleted_sources, retention], ids=["a deleted message", "the retention time"])
def test_a_file_whose_deletion_broke_off_is_emptied_all_the_same(
    db: Database, broken: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Discord says once that a message was deleted, and a clock that is doubted holds the purge back."""
    job_id, kept = done_file(db, 3, where=origin(reply_to=77)), done_file(db, 2)
    with db.begin() as session:
        session.execute(update(Job).where(Job.id == job_id).values(finished_at=db_time(-91 * 86_400)))
    with monkeypatch.context() as patch:
        patch.setattr(broken, "empty_rows", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            delete_sources(db, [77]) if broken is deleted_sources else purge(db, older_than_days=90)
    assert resume_erasures(db) == 0  # it may still be at work
    with db.begin() as session:
        begun = {"purge_begun_at": db_time(-privacy.ABANDONED_S - 1)}
        session.execute(update(Job).where(Job.purge_begun_at.is_not(None)).values(**begun))
    assert resume_erasures(db) == 1
    with db.read() as session:
        assert set(session.scalars(select(Review.job_id).where(Review.text.is_not(None)))) == {kept}
        assert session.scalar(select(func.count()).select_from(Blob)) == 2
        assert session.get_one(Job, job_id).owner_id == NOBODY
    assert resume_erasures(db) == 0
    check_invariants(db)


def age_request(db: Database, *, but: int) -> None:
    """The request and all jobs before it become old, as if the process had died some time ago."""
    with db.begin() as session:
        old = db_time(-privacy.ABANDONED_S - 1)
        session.execute(update(Job).where(Job.id != but).values(created_at=db_time(-7200)))
        session.execute(update(Base.metadata.tables["deletion_requests"]).values(requested_at=old))


def test_a_managers_lines_stay(db: Database) -> None:
    change_guild_settings(db, ME, lambda old: type(old)(old.guild_id, retention_days=7))
    erase_user(db, ME)
    (line,) = server_lines(db, THEM)
    assert (line.actor_id, line.action, line.old, line.new) == (EVE, "retention_days", None, "7")
    assert stored_data(db, ME).audit_lines == 1
    assert server_lines(db, Viewer(EVE, GUILD + 1)) == server_lines(db, Viewer(EVE)) == []
