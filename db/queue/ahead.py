"""Scoring ahead: rows of a file that is still being read are scored by a worker that has nothing else to do.

Their verdicts are kept under the hashes of their texts alone (`db.verdict_cache`), where no report, count or card
looks. Once the whole file is read, its chunks find them there. So a file that turns out broken in its last row leaves
no verdict on any row behind, and whatever happens to this work, a chunk without known verdicts is scored as ever.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import verdict_cache
from db.engine import Database
from db.queue import leases
from db.queue.scoring import has_text, reviews_between
from db.tables import Job, Review
from db.types import WORKING, ReviewRow, Score


def rows_ahead(db: Database, job_id: int, first_row: int, last_row: int) -> list[ReviewRow]:
    """Stored reviews among these rows of a file that is being read; none once it is read, or nobody wants it."""
    with db.read() as session:
        state = session.scalar(select(Job.state).where(Job.id == job_id))
        return reviews_between(session, job_id, first_row, last_row) if state == "ingesting" else []


def keep_ahead(db: Database, job_id: int, new: Mapping[int, Score], *, model: str) -> bool:
    """Keeps verdicts under the hashes of the job's texts; False when its work has ended or it was deleted.

    A text that was deleted meanwhile leaves none.
    """
    with db.begin(bulk=True) as session:
        # Locked: whoever deletes texts, and the verdicts under their hashes, does so before or afterwards.
        job = leases.lock_job(session, job_id)
        if not (leases.in_state(job, *WORKING) and leases.may_go_on(job)):
            return False
        there = _hashes(session, job_id, [score.review_id for score in new.values()])
        verdict_cache.store(session, {one: score for one, score in new.items() if one in there}, model=model)
        return True


def _hashes(session: Session, job_id: int, ids: list[int]) -> set[int]:
    """The hashes of those of these reviews whose text is there."""
    among = (Review.job_id == job_id, Review.id.between(min(ids, default=0), max(ids, default=0)))
    return {one for one in session.scalars(select(Review.text_hash).where(*among, has_text())) if one is not None}
