"""Jobs as the bot asks for them: lists, what to render, what to deliver; notices, state, settings, retention."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select, update

from db.blobs import write_blob
from db.clock import db_time
from db.delivery.cards import mark_delivered, mark_rendered, set_card_message
from db.delivery.key_values import get_state, set_state
from db.delivery.notices import undelivered
from db.engine import Database
from db.errors import NotFound
from db.preferences import change_guild_settings, save_user_settings, user_settings
from db.privacy.retention import purge
from db.queries.jobs import changed_jobs, get_job, list_jobs, list_outputs
from db.queue import ask_column, claim, open_upload, sweep
from db.queue.accept import find_same_file
from db.tables import Blob, BlobPart, Job, Prediction, Review
from db.types import UserSettings, Viewer
from tests.db.steps import (
    ELSEWHERE,
    GUILD,
    ME,
    check_invariants,
    commit,
    done_file,
    done_review,
    drain,
    file_job,
    must,
    origin,
    predictions,
    state,
    uploaded,
    work,
)

DAY = 24 * 3600.0


def test_lists_go_newest_first_in_pages(db: Database) -> None:
    jobs = [file_job(db, 1) for _ in range(5)]
    done = done_review(db)
    first = list_jobs(db, ME, limit=4)
    assert [job.id for job in first] == [jobs[-1] + 1, *jobs[:1:-1]]
    assert [job.id for job in list_jobs(db, ME, before_id=first[-1].id)] == jobs[1::-1]
    assert [job.id for job in list_jobs(db, ME, active_only=True)] == jobs[::-1]
    assert done


def test_changed_jobs_are_shown_until_the_end_is_delivered(db: Database) -> None:
    job_id = file_job(db, 4)
    other = file_job(db, 2)
    set_card_message(db, job_id, 5, 6)
    assert [job.id for job in changed_jobs(db)] == [job_id, other]
    assert [job.id for job in changed_jobs(db, limit=1)] == [job_id]
    job = changed_jobs(db)[0]
    assert (job.channel_id, job.message_id, job.terminal) == (5, 6, False)
    for one in changed_jobs(db):
        mark_rendered(db, one.id, one.version)
    assert changed_jobs(db) == []
    first, *rest = sweep(db, slots=2)
    assert commit(db, must(claim(db, first.chunk_id)))
    (job,) = changed_jobs(db)
    assert job.rows_done == 2
    mark_rendered(db, job_id, job.version)
    mark_rendered(db, job_id, 1)  # an edit that comes late takes nothing back
    assert changed_jobs(db) == []
    for ring in rest:
        work(db, ring.chunk_id)
    drain(db)
    done = {job.id: job for job in changed_jobs(db)}[job_id]
    mark_rendered(db, job_id, done.version)
    assert job_id in [job.id for job in changed_jobs(db)]  # shown, but the bot does not know yet that it arrived
    mark_delivered(db, job_id)
    assert [job.id for job in changed_jobs(db)] == [other]
    assert get_job(db, ME, job_id).delivered_at


def test_a_notice_is_owed_once_and_settled_with_the_delivery(db: Database) -> None:
    job_id, other = done_file(db), done_file(db)
    first, second = undelivered(db)
    assert [(notice.kind, notice.job_id, notice.attempts) for notice in (first, second)] == [
        ("done", job_id, 0),
        ("done", other, 0),
    ]
    mark_delivered(db, job_id)
    mark_delivered(db, job_id)
    assert [notice.job_id for notice in undelivered(db)] == [other]


def test_state_and_settings(db: Database) -> None:
    assert get_state(db, "tree") is None
    set_state(db, "tree", "1")
    set_state(db, "tree", "2")
    assert get_state(db, "tree") == "2"
    someone = Viewer(1, GUILD)
    assert user_settings(db, someone) == UserSettings(1, share=False, dm_notices=True, file_format=None)
    for chosen in (UserSettings(1, share=True, file_format="csv"), UserSettings(1, dm_notices=False)):
        save_user_settings(db, someone, chosen)
        assert user_settings(db, Viewer(1)) == chosen
    save_user_settings(db, someone, UserSettings(2, share=True))
    assert user_settings(db, Viewer(2)) == UserSettings(2)


def test_times_are_aware_and_the_databases_own(db: Database) -> None:
    job = get_job(db, ME, file_job(db, 1))
    assert job.created_at.tzinfo is UTC
    assert abs((datetime.now(UTC) - job.created_at).total_seconds()) < 60
    with db.read() as session:
        ahead = session.scalar(select(db_time(90.5)))
        now = session.scalar(select(db_time()))
    assert ahead is not None
    assert now is not None
    assert 80 < (ahead - now).total_seconds() < 91
    with pytest.raises(Exception, match="without a zone"), db.begin() as session:
        session.execute(update(Job).values(finished_at=datetime(2020, 1, 1)))  # noqa: DTZ001


def left(db: Database, job_id: int) -> tuple[int, int, bool]:
    """(texts, explanations, whether it has files) of a job."""
    with db.read() as session:
        mine = Review.job_id == job_id
        texts = session.scalar(select(func.count(Review.text)).where(mine)) or 0
        told = session.scalar(
            select(func.count()).where(Prediction.job_id == job_id, Prediction.explanation.is_not(None))
        )
    return texts, told or 0, bool(list_outputs(db, ME, job_id))


def ended_days_ago(db: Database, days: float, *job_ids: int) -> None:
    with db.begin() as session:
        when = {"finished_at": db_time(-days * DAY), "created_at": db_time(-days * DAY)}
        session.execute(update(Job).where(Job.id.in_(job_ids)).values(**when))


def test_retention_deletes_texts_and_files_and_keeps_scores(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("db.privacy.purge.ROWS", 3)
    monkeypatch.setattr("db.privacy.purge.PARTS", 1)
    old, young = done_file(db, 8), done_file(db, 8)
    message = done_review(db)
    ended_days_ago(db, 91, old, message and old + 2)
    (sha256,) = {open_upload_sha(db, job) for job in (old, young)}
    done = purge(db, older_than_days=90)
    assert (done.jobs, done.texts, done.explanations, done.files) == (2, 9, 1, 2)
    assert left(db, old) == (0, 0, False)
    assert left(db, young) == (8, 0, True)
    assert predictions(db, old) == 8
    assert get_job(db, ME, old).n_positive > 0
    assert find_same_file(db, ME, sha256) == young
    assert purge(db, older_than_days=90) == type(done)()
    check_invariants(db)


def open_upload_sha(db: Database, job_id: int) -> str:
    from db.types import Claim

    return open_upload(db, Claim(0, job_id, "ingest", "bulk", 1, 0, 0)).sha256


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
    orphan, young = write_blob(db, [b"x"]), write_blob(db, [b"x"])
    with db.begin() as session:
        session.execute(update(Blob).where(Blob.id == orphan).values(created_at=db_time(-2 * DAY)))
    done_file(db)
    assert purge(db, older_than_days=90).files == 1
    with db.read() as session:
        assert orphan not in session.scalars(select(BlobPart.blob_id)).all()
        assert young in session.scalars(select(BlobPart.blob_id)).all()
