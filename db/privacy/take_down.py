"""Taking down: a manager ends what somebody shared in their server; its owner keeps it, and sees it alone."""

from __future__ import annotations

from typing import Final

from sqlalchemy import and_, exists, func, or_, select, update

from db.audit import note_manager
from db.clock import db_time
from db.delivery.message_deletions import schedule_deletion
from db.engine import Database
from db.errors import NotFound
from db.privacy.purge import changed_rows, row_ranges
from db.reserve import frees_space
from db.tables import Job, Prediction, Review
from db.types import Viewer

ACTION: Final = "taken_down"
"""What the audit log calls it."""


@frees_space
def take_down(db: Database, viewer: Viewer, *, job_id: int | None = None, result_id: int | None = None) -> int:
    """Makes a job that is shared in the viewer's server its owner's alone; the job's number.

    The bot's message about it goes too, and no further one comes. Whether the viewer may do this is asked before.
    One that broke off is finished when it is said again. Raises NotFound for what is not shared there, whether it
    exists or not.
    """
    # What a message asked for stands in the channel for all to read, though others find it nowhere else.
    shown = or_(Job.shared, and_(Job.source == "message", Job.message_id > 0))
    # Its verdicts are taken down after the job, and are still shared where that broke off.
    left = exists(select(Prediction.review_id).where(Prediction.job_id == Job.id, Prediction.shared))
    here = and_(Job.guild_id == viewer.guild_id, or_(shown, left))
    wanted = Job.id == job_id
    if job_id is None:
        wanted = Job.id.in_(select(Review.job_id).where(Review.id == result_id))
    with db.begin() as session:
        job = session.scalar(select(Job).where(wanted, here).with_for_update())
        if job is None or viewer.guild_id is None:
            raise NotFound("result", result_id) if job_id is None else NotFound("job", job_id)
        found, again = job.id, not (job.shared or job.message_id)
        schedule_deletion(session, (found,))
        silent = {
            "shared": False,
            "shared_in": None,
            "message_id": None,
            "reply_token": None,
            "delivered_at": func.coalesce(Job.delivered_at, db_time()),
            "rendered_version": Job.version,
        }
        changed_rows(session, update(Job).where(Job.id == found).values(**silent))
        if not again:
            note_manager(session, viewer, ACTION, old=None, new=str(found))
    # After the job: verdicts that come meanwhile take what they are from it.
    for mine in row_ranges(db, found):
        with db.begin(bulk=True) as session:
            rows = Prediction.review_id.in_(select(Review.id).where(mine))
            changed_rows(session, update(Prediction).where(rows).values(shared=False, shared_in=None))
    return found
