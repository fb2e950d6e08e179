"""Deleted sources: somebody deleted a message in the chat that was a review or a file here; what came of it goes.

Chat services say that a message was deleted without saying what it was, and by whom; its id is enough.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import and_, or_, select, update

from db.clock import db_time
from db.delivery.message_deletions import schedule_deletion, schedule_sent
from db.engine import Database
from db.privacy.purge import drop_files, empty_rows, erase_texts, mark_purge, truncate_wal
from db.queries.summaries import delete_summary
from db.queue import leases
from db.queue.completion import cancel_unfinished
from db.reserve import frees_space
from db.tables import Job, Review, SentMessage


@frees_space
def delete_sources(db: Database, message_ids: Sequence[int]) -> int:
    """Deletes texts, explanations, notes, files and cards of the jobs that came of these messages, whoever had them
    scored; how many. What was counted of them stays. Unfinished ones are cancelled.
    """
    with db.read() as session:
        # A file whose deletion broke off is begun again; a message's is done at once, and the purge disowns it later.
        left = or_(Job.purge_begun_at.is_(None), and_(Job.kind == "file", Job.purged_at.is_(None)))
        jobs = session.execute(select(Job.id, Job.kind).where(Job.reply_to.in_(message_ids), left)).all()
        told = session.scalar(select(SentMessage.id).where(SentMessage.source_id.in_(message_ids)).limit(1))
    for job_id, kind in jobs:
        _delete_job(db, job_id, kind)
    if told is not None:
        with db.begin() as session:
            schedule_sent(session, SentMessage.source_id.in_(message_ids))
    if jobs:
        truncate_wal(db)
    return len(jobs)


def _delete_job(db: Database, job_id: int, kind: str) -> None:
    with db.begin() as session:
        job = leases.lock_job(session, job_id)
        cancel_unfinished(session, job)
        mark_purge(session, Job.id == job_id)
        schedule_deletion(session, (job_id,))
        shown = {"message_id": None, "delivered_at": db_time(), "rendered_version": Job.version, "reply_token": None}
        session.execute(update(Job).where(Job.id == job_id).values(**shown))
        if kind == "message":
            erase_texts(session, Review.job_id == job_id)
            session.execute(update(Job).where(Job.id == job_id).values(film=None))
            delete_summary(session, job_id)  # it is summed up anew, without the film
    if kind == "file":
        empty_rows(db, job_id)
        drop_files(db, job_id)
