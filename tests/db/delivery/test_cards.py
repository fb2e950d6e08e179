"""Cards: what is to be shown, until the end of the job is delivered."""

from __future__ import annotations

from db.delivery.cards import mark_delivered, mark_rendered, set_card_message
from db.engine import Database
from db.queries.jobs import changed_jobs, get_job
from db.queue import claim, sweep
from db.queue.accept import accept_review
from db.types import Origin, Viewer
from tests.db.steps import (
    ME,
    commit,
    drain,
    file_job,
    must,
    work,
)


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


def test_where_it_was_asked_for_stays_and_the_token_goes_with_the_delivery(db: Database) -> None:
    origin = Origin(1, 5, 7, "interaction", 9, reply_to=11, reply_channel_id=12, reply_token="made-up")
    job_id = accept_review(db, origin, "Fine.").job_id
    job = get_job(db, Viewer(1), job_id)
    assert (job.reply_to, job.reply_channel_id, job.reply_token) == (11, 12, "made-up")
    assert "made-up" not in repr(job)
    assert "made-up" not in repr(origin)
    mark_delivered(db, job_id)
    job = get_job(db, Viewer(1), job_id)
    assert (job.reply_to, job.reply_channel_id, job.reply_token) == (11, 12, None)
