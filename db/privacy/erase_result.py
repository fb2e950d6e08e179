"""Deleting one result: its text, film, explanation and notes go; what was counted of it stays, anonymous."""

from __future__ import annotations

from sqlalchemy import delete, select, update

from db.delivery.message_deletions import schedule_deletion, schedule_sent
from db.engine import Database
from db.errors import NotYours
from db.privacy.purge import erase_texts
from db.queries.results import get_result
from db.queries.summaries import delete_summary
from db.queue import leases
from db.reserve import frees_space
from db.tables import Correction, Job, Review, SentMessage
from db.types import Viewer


@frees_space
def delete_result(db: Database, viewer: Viewer, review_id: int) -> None:
    """Deletes the text, film, explanation and notes of the viewer's own review; label and probability stay, anonymous.

    Raises NotFound and, for somebody else's that is shared here, NotYours.
    """
    result = get_result(db, viewer, review_id)
    if result.owner_id != viewer.user_id:
        raise NotYours("review")
    with db.begin() as session:
        # Locked: whoever sends its card just now was before, or finds the text gone.
        job = leases.lock_job(session, result.job_id)
        session.execute(delete(Correction).where(Correction.review_id == review_id))
        erase_texts(session, Review.id == review_id)
        # A message's own card goes with its text, whoever pressed where. A file's card shows no text, but reports that
        # were shown in a channel may: they are known by the line that names no job, but who asked.
        if job.kind == "message":
            schedule_deletion(session, (job.id,))
            session.execute(update(Job).where(Job.id == job.id).values(message_id=None, film=None))
        else:
            reports = select(SentMessage.message_id).where(
                SentMessage.job_id.is_(None), SentMessage.source_id.is_(None)
            )
            schedule_sent(session, (SentMessage.job_id == job.id) & SentMessage.message_id.in_(reports))
        if result.film is not None:
            delete_summary(session, result.job_id)  # it is summed up anew, without the film
