"""Being forgotten: nothing of the user's is left in any table or in the file, scores stay, others lose nothing."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect, select, text, update

from common.rendering import english
from db.audit import server_lines
from db.clock import db_time
from db.delivery import continuations
from db.delivery.message_deletions import MOST_TRIES, done, due, put_off
from db.engine import Database
from db.errors import JobsRunning
from db.preferences import change_guild_settings, save_user_settings
from db.privacy import erase as privacy
from db.privacy import purge as emptying
from db.privacy.erase import NOBODY, forget, kept, resume
from db.privacy.export import write_takeout
from db.privacy.types import StoredData
from db.queries.corrections import correct, corrections_of
from db.queries.jobs import changed_jobs, get_job, set_message
from db.queries.reports import summary
from db.queries.results import get_result
from db.queries.search import search
from db.queue import cancel, write_blob
from db.tables import Base, Job, MessageDeletion
from db.types import NewRejected, NewReview, ReportFilter, SearchFilter, UserSettings, Viewer
from tests.db.steps import GUILD, check_invariants, done_file, done_review, file_job, origin

EVE, BOB = 770_770_770_770, 880_880_880_880
ME, THEM = Viewer(EVE, GUILD), Viewer(BOB, GUILD)
MARK = "quokka"
"""Stands in everything that Eve sends, types or names, but for films: those are part of the anonymous score."""


def fill(db: Database, who: int = EVE) -> dict[str, int]:
    """Something of every kind, private and shared; results and jobs by name."""
    viewer = Viewer(who, GUILD)
    rows = [NewReview(n, f"{MARK} row {n}", "Heat") for n in range(1, 8)]
    made = {
        "private": done_review(db, f"{MARK} alone", origin(who, None)),
        "shared": done_review(db, f"{MARK} for all", origin(who, GUILD, shared=True)),
        "file": done_file(db, rows, rejected=[NewRejected(8, "empty", "no text")], where=origin(who, GUILD)),
        "shared_file": done_file(db, rows, where=origin(who, GUILD, shared=True)),
    }
    with db.begin() as session:
        session.execute(text("UPDATE uploads SET filename = :name, text_column = :name"), {"name": f"{MARK}.csv"})
        session.execute(text("UPDATE outputs SET filename = :name"), {"name": f"{MARK}.scored.csv"})
    for number, job_id in enumerate(jobs_of(db, who)):
        set_message(db, job_id, 5_000 + number, 1 + 2 * job_id)
    correct(db, viewer, made["shared"], "negative", f"{MARK} note")
    save_user_settings(db, viewer, UserSettings(who, share=True, file_format="csv"))
    continuations.keep(db, who, "search", {"query": MARK})
    return made


def jobs_of(db: Database, who: int) -> list[int]:
    with db.read() as session:
        return list(session.scalars(select(Job.id).where(Job.owner_id == who).order_by(Job.id)))


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
    gone = forget(db, ME)
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
    assert kept(db, ME) == StoredData(0, 0, 0, 0, 0, 0, 0, False, 0, None, None, None, ())
    assert kept(db, THEM).texts == 16
    assert search(db, Viewer(EVE), SearchFilter()).items == []
    assert {job.owner_id for job in changed_jobs(db)} <= {BOB}
    check_invariants(db)
    forget(db, THEM)
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
    forget(sqlite_db, ME)
    assert not on_disk()


def test_running_jobs_are_cancelled_first(db: Database) -> None:
    fill(db)
    running = file_job(db, 2, where=origin(EVE))
    texts = kept(db, ME).texts
    with pytest.raises(JobsRunning, match=f"Job {running} is still running: cancel first"):
        forget(db, ME)
    assert kept(db, ME).texts == texts
    assert kept(db, ME).running == (running,)
    cancel(db, ME, running)
    assert forget(db, ME).jobs == 5
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
            forget(db, ME)
    assert jobs_of(db, EVE) != []
    later = done_review(db, "sent afterwards", origin(EVE, None))
    assert resume(db) == 0  # it may still be at work
    age_request(db, but=get_result(db, Viewer(EVE), later).job_id)
    assert resume(db) == 1
    assert [get_job(db, Viewer(EVE), one).kind for one in jobs_of(db, EVE)] == ["message"]
    assert get_result(db, Viewer(EVE), later).text == "sent afterwards"
    assert resume(db) == 0


def age_request(db: Database, *, but: int) -> None:
    """The request and all jobs before it become old, as if the process had died some time ago."""
    with db.begin() as session:
        old = db_time(-privacy.PATIENCE_S - 1)
        session.execute(update(Job).where(Job.id != but).values(created_at=db_time(-7200)))
        session.execute(update(Base.metadata.tables["deletion_requests"]).values(requested_at=old))


def test_a_managers_lines_stay(db: Database) -> None:
    change_guild_settings(db, ME, lambda old: type(old)(old.guild_id, retention_days=7))
    forget(db, ME)
    (line,) = server_lines(db, THEM)
    assert (line.actor_id, line.action, line.old, line.new) == (EVE, "retention_days", None, "7")
    assert kept(db, ME).audit_lines == 1
    assert server_lines(db, Viewer(EVE, GUILD + 1)) == server_lines(db, Viewer(EVE)) == []


def test_messages_wait_for_the_bot(db: Database) -> None:
    fill(db)
    forget(db, ME)
    first, second, *_ = waiting = due(db)
    assert len(waiting) == 4
    done(db, first)
    put_off(db, second)
    assert len(due(db)) == 2
    for tries in range(1, MOST_TRIES):
        with db.begin() as session:
            session.execute(update(MessageDeletion).values(not_before=db_time()))
        (again,) = [one for one in due(db) if one.id == second.id]
        assert again.tries == tries
        put_off(db, again)
    assert second.id not in [one.id for one in due(db)]


def unpacked(db: Database, viewer: Viewer, **limits: int) -> dict[str, bytes]:
    out = io.BytesIO()
    taken = write_takeout(db, viewer, out, **limits)
    with zipfile.ZipFile(out) as packed:
        assert packed.testzip() is None
        found = {name: packed.read(name) for name in packed.namelist()}
    assert json.loads(found["about.json"])["left_out"] == [english(*message) for message in taken.left_out]
    return found


def rows(data: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in data.decode().splitlines()]


def test_the_export_holds_everything_and_nobody_elses(db: Database) -> None:
    made = fill(db)
    fill(db, BOB)
    correct(db, THEM, made["shared"], "uncertain", "a note of Bob's")
    found = unpacked(db, ME)
    reviews = rows(found["reviews.jsonl"])
    assert len(reviews) == 16
    assert all(MARK in row["text"] for row in reviews)
    assert {row["label"] for row in reviews} == {"positive", "negative", "uncertain"}
    assert [row["id"] for row in rows(found["jobs.jsonl"])] == jobs_of(db, EVE)
    assert [row["note"] for row in rows(found["corrections.jsonl"])] == [f"{MARK} note"]
    assert rows(found["settings.jsonl"])[0]["share"] is True
    assert len(rows(found["notices.jsonl"])) == 2
    files = [name for name in found if name.startswith("files/")]
    assert len(files) == 4
    assert json.loads(found["about.json"])["kept"]["texts"] == 16
    assert str(BOB).encode() not in b"".join(found.values())
    assert b"Bob's" not in b"".join(found.values())


def test_an_export_says_what_did_not_fit(sqlite_db: Database) -> None:
    fill(sqlite_db)
    blob = write_blob(sqlite_db, [b"x" * 300_000])
    with sqlite_db.begin() as session:
        session.execute(text("UPDATE outputs SET blob_id = :blob WHERE id = 1"), {"blob": blob})
    found = unpacked(sqlite_db, ME, max_bytes=200_000)
    (sentence,) = json.loads(found["about.json"])["left_out"]
    assert sentence.startswith(f"The file {MARK}.scored.csv of job 3 (300,000 bytes) did not fit.")
    assert len(rows(found["reviews.jsonl"])) == 16
    nothing = unpacked(sqlite_db, ME, max_bytes=1)
    assert json.loads(nothing["about.json"])["left_out"][0] == "jobs.jsonl ends where the zip was full."
