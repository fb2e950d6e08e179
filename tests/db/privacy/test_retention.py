"""Texts go on time by a clock that the test moves, in short transactions, and the anonymous scores stay."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, inspect, select, text, update

from db.audit import note_host
from db.blobs import write_blob
from db.clock import db_time
from db.delivery.message_deletions import About, due_deletions, remember_sent
from db.engine import Database
from db.errors import NoLongerKept, NotFound
from db.preferences import change_guild_settings
from db.privacy import purge as emptying
from db.privacy.erase import ABANDONED_S, resume_erasures
from db.privacy.purge import NOBODY
from db.privacy.retention import AUDIT_DAYS, Purged, purge
from db.queries.corrections import correct
from db.queries.jobs import get_job
from db.queries.reports import summary
from db.queries.results import get_result
from db.queries.summaries import roll_up, roll_up_due
from db.queue import ask_column, cancel, fail_job, open_upload, retry
from db.queue.accept import find_same_file
from db.tables import AuditLine, Blob, BlobPart, Correction, Job, OutputFile, Prediction, Review, SentMessage, Upload
from db.types import NewReview, ReportFilter, Viewer
from tests.db.steps import (
    ELSEWHERE,
    GUILD,
    ME,
    MEMBER,
    OWNER,
    check_invariants,
    done_file,
    done_review,
    file_job,
    origin,
    predictions,
    state,
    uploaded,
)

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
    with db.read() as session:
        (said,) = session.execute(select(Correction.user_id, Correction.note, Correction.label)).all()
    assert said.user_id < 0
    assert (said.note, said.label) == (None, "negative")
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
    monkeypatch.setattr(emptying, "erase_texts", watched)
    purge(sqlite_db, older_than_days=HOST_DAYS, at=in_days(91))
    for one in waiting:
        one.join(timeout=10)
        assert not one.is_alive()
    assert len(seen) == 3
    assert predictions(sqlite_db, job_id) == 6


def stored_bytes(url: str) -> bytes:
    """All that stands in the database's file and in its log."""
    path = Path(url.removeprefix("sqlite:///"))
    log = path.with_name(path.name + "-wal")
    return path.read_bytes() + (log.read_bytes() if log.exists() else b"")


def test_a_purge_leaves_no_text_in_the_file(sqlite_db: Database, sqlite_url: str) -> None:
    done_review(sqlite_db, "quokka")
    with sqlite_db.begin() as session:
        session.execute(update(Job).values(film="Heat"))
    purge(sqlite_db, older_than_days=HOST_DAYS, at=in_days(91))
    assert b"quokka" not in stored_bytes(sqlite_url)


def test_a_log_that_was_read_meanwhile_is_emptied_by_the_next_purge(sqlite_db: Database, sqlite_url: str) -> None:
    done_review(sqlite_db, "quokka")
    with sqlite_db.read() as reading:
        reading.scalars(select(Review.text)).all()
        purge(sqlite_db, older_than_days=HOST_DAYS, at=in_days(91))
    assert b"quokka" in stored_bytes(sqlite_url), "the reader kept the log"
    assert purge(sqlite_db, older_than_days=HOST_DAYS) == Purged(), "nothing was due"
    assert b"quokka" not in stored_bytes(sqlite_url)


def test_a_deletion_that_is_resumed_empties_the_log(sqlite_db: Database, sqlite_url: str) -> None:
    job_id = done_file(sqlite_db, [NewReview(number, "quokka") for number in (1, 2, 3)])
    with sqlite_db.begin() as session:
        mark = {"purge_begun_at": db_time(-2 * ABANDONED_S)}
        session.execute(update(Job).where(Job.id == job_id).values(**mark))
    assert resume_erasures(sqlite_db) == 1
    assert b"quokka" not in stored_bytes(sqlite_url)


DAY = 24 * 3600.0


def left(db: Database, job_id: int) -> tuple[int, int, bool]:
    """(texts, explanations, whether it has files) of a job."""
    with db.read() as session:
        mine = Review.job_id == job_id
        texts = session.scalar(select(func.count(Review.text)).where(mine)) or 0
        told = session.scalar(
            select(func.count()).where(Prediction.job_id == job_id, Prediction.explanation.is_not(None))
        )
        files = session.scalar(select(func.count()).where(OutputFile.job_id == job_id)) or 0
    return texts, told or 0, bool(files)


def ended_days_ago(db: Database, days: float, *job_ids: int) -> None:
    with db.begin() as session:
        when = {"finished_at": db_time(-days * DAY), "created_at": db_time(-days * DAY)}
        session.execute(update(Job).where(Job.id.in_(job_ids)).values(**when))


def test_retention_deletes_texts_and_files_and_keeps_scores(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emptying, "ROWS", 3)
    monkeypatch.setattr(emptying, "PARTS", 1)
    old, young = done_file(db, 8), done_file(db, 8)
    message = done_review(db)
    ended_days_ago(db, 91, old, message and old + 2)
    done = purge(db, older_than_days=90)
    assert (done.jobs, done.texts, done.explanations, done.files) == (2, 9, 1, 2)
    assert left(db, old) == (0, 0, False)
    assert left(db, young) == (8, 0, True)
    assert predictions(db, old) == 8
    with db.read() as session:
        kept = session.get_one(Job, old)
        assert kept.n_positive > 0
        assert (kept.owner_id, kept.channel_id, kept.film) == (NOBODY, None, None)
    with pytest.raises(NotFound):
        get_job(db, ME, old)
    assert find_same_file(db, ME, hashlib.sha256(b"text\ngood\n").hexdigest()) == young
    assert purge(db, older_than_days=90) == type(done)()
    check_invariants(db)


def server_sets(db: Database, guild: int, **values: int) -> None:
    change_guild_settings(db, Viewer(9, guild), lambda old: replace(old, **values))  # type: ignore[arg-type]


def test_a_servers_own_retention_counts(db: Database) -> None:
    here, there, private = (
        done_file(db),
        done_file(db, where=origin(guild=ELSEWHERE)),
        done_file(db, where=origin(guild=None)),
    )
    server_sets(db, GUILD, retention_days=7)
    server_sets(db, ELSEWHERE, max_active_jobs=3)
    ended_days_ago(db, 8, here, there, private)
    assert purge(db, older_than_days=90).jobs == 1
    assert left(db, here)[0] == 0
    server_sets(db, ELSEWHERE, retention_days=365)
    ended_days_ago(db, 100, there, private)
    assert purge(db, older_than_days=90).jobs == 1
    with db.read() as session:
        assert session.scalar(select(Job.purged_at).where(Job.id == there)) is None


def test_a_job_nobody_chose_a_column_for_is_cancelled_and_emptied(db: Database) -> None:
    accepted, held = uploaded(db)
    ask_column(db, held, ["a"])
    running = file_job(db, 2)
    ended_days_ago(db, 91, accepted.job_id, running)
    assert purge(db, older_than_days=90).files == 1
    assert state(db, accepted.job_id) == "cancelled"
    assert state(db, running) == "active"
    assert left(db, running)[0] == 2
    with pytest.raises(NotFound):
        open_upload(db, held)


def test_files_left_by_a_dead_process_are_swept_out(db: Database) -> None:
    orphan, young = write_blob(db, [b"x"], owner=1), write_blob(db, [b"x"], owner=1)
    with db.begin() as session:
        session.execute(update(Blob).where(Blob.id == orphan).values(created_at=db_time(-2 * DAY)))
    done_file(db)
    assert purge(db, older_than_days=90).files == 1
    with db.read() as session:
        assert orphan not in session.scalars(select(BlobPart.blob_id)).all()
        assert young in session.scalars(select(BlobPart.blob_id)).all()


def test_the_file_of_a_job_that_failed_is_kept_a_day(db: Database) -> None:
    """As long it can be resumed; what it has of verdicts and texts stays."""
    done = done_file(db, 2)
    cancelled, failed = file_job(db, 2), uploaded(db)[1]
    cancel(db, ME, cancelled)
    assert fail_job(db, failed, "too_large", {"size": 1})
    purge(db, older_than_days=HOST_DAYS, at=in_days(0.9))
    assert count(db, Blob) == 4
    purge(db, older_than_days=HOST_DAYS, at=in_days(1.1))
    assert count(db, Blob) == 2  # of the job that is done
    assert texts(db) == {cancelled: 2, done: 2}
    for job_id in (cancelled, failed.job_id):
        with pytest.raises(NoLongerKept):
            retry(db, ME, job_id)
    check_invariants(db)


@pytest.mark.slow  # seconds of a processor
def test_the_file_shrinks(sqlite_db: Database) -> None:
    """SQLite keeps the room of what was deleted unless it is told to give it back."""
    assert sqlite_db.reserve is not None
    file = sqlite_db.reserve.database
    done_file(sqlite_db, [NewReview(n, "x" * 10_000) for n in range(1, 601)], chunk_rows=100)
    emptying.truncate_wal(sqlite_db)
    before = file.stat().st_size
    purge(sqlite_db, older_than_days=HOST_DAYS, at=in_days(91))
    assert before > 6_000_000
    assert file.stat().st_size < before / 2


def test_names_go_with_the_texts_and_what_stays_is_nobodys(db: Database) -> None:
    """Films, names of files and columns, values of errors: a film column may hold whole sentences."""
    rows = [NewReview(n, f"quokka row {n}", "a quokka film") for n in range(1, 8)]
    job_id = done_file(db, rows, where=origin(shared=True, film="quokka"))
    with db.begin() as session:
        names = {"name": "quokka.csv", "list": '["quokka"]', "columns": '{"text": "quokka"}'}
        session.execute(
            text("UPDATE uploads SET filename = :name, text_column = :name, candidates = :list, columns = :columns"),
            names,
        )
        session.execute(text("UPDATE jobs SET error_values = :columns"), names)
    roll_up(db, [job_id])
    before = summary(db, MEMBER, ReportFilter(by="film"))
    assert [one.key for one in before.buckets] == ["a quokka film"]
    ended_days_ago(db, 91, job_id)
    purge(db, older_than_days=90)
    roll_up_due(db)
    with db.read() as session:
        tables = inspect(session.connection()).get_table_names()
        said = [
            (table, row)
            for table in tables
            for row in session.execute(text(f'SELECT * FROM "{table}"'))
            if "quokka" in str(row)
        ]
        owners = session.scalars(select(Prediction.owner_id).distinct()).all()
    assert said == []
    assert owners == [NOBODY]
    after = summary(db, MEMBER, ReportFilter(by="film"))
    assert [(one.key, one.total) for one in after.buckets] == [("", 7)]
    assert after.histogram == before.histogram
    check_invariants(db)


@pytest.mark.parametrize("make", [done_file, done_review])
def test_what_an_earlier_version_purged_is_disowned_too(db: Database, make: Any) -> None:
    """It took texts and files and noted when; owner, ids of messages and names stayed."""
    make(db, where=origin(reply_to=4_242, film="quokka"))
    with db.begin() as session:
        job = session.scalars(select(Job)).one()
        job_id, job.purged_at, job.finished_at = job.id, db_time(-DAY), db_time(-91 * DAY)
        session.execute(update(Review).values(text=None, text_hash=None, film="quokka"))
        session.execute(update(Prediction).values(explanation=None, film="quokka"))
    assert purge(db, older_than_days=90).jobs == 1
    with db.read() as session:
        kept = session.get_one(Job, job_id)
        assert (kept.owner_id, kept.reply_to, kept.source_id, kept.film) == (NOBODY, None, -job_id, None)
        owners = session.execute(select(Prediction.owner_id, Prediction.film).distinct()).all()
        assert owners == [(NOBODY, None)]
        assert session.scalars(select(Review.film).distinct()).all() == [None]
        assert session.scalar(select(func.count()).select_from(Upload)) == 0
    assert purge(db, older_than_days=90) == Purged()
    check_invariants(db)


def test_messages_about_a_job_go_with_it_and_those_about_none_at_the_hosts_time(db: Database) -> None:
    """They show words, and their lines would lead from a job that is nobody's to who sent it."""
    server_sets(db, GUILD, retention_days=7)
    result = done_review(db)
    jobs = {done_file(db, 2): 700, get_result(db, ME, result).job_id: 701}
    kept = done_file(db, 2, where=origin(guild=None))
    for job_id, message in [*jobs.items(), (kept, 702)]:
        remember_sent(db, 5, message, About(OWNER, job_id))
    remember_sent(db, 5, 703, About(OWNER, source_id=9))
    remember_sent(db, 5, 704, About(OWNER))
    purge(db, older_than_days=HOST_DAYS, at=in_days(8))
    assert {one.message_id for one in due_deletions(db)} == {700, 701}
    with db.read() as session:
        assert sorted(session.scalars(select(SentMessage.message_id))) == [702, 703, 704]
    purge(db, older_than_days=HOST_DAYS, at=in_days(91))
    assert {one.message_id for one in due_deletions(db)} == {700, 701, 702, 703, 704}
    assert count(db, SentMessage) == 0
