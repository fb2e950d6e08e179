"""Work on one job in this process, beside the workers or in their place: for `reelfeel score --store`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from db import queue
from db.engine import Database
from worker.files.limits import Limits
from worker.jobs.chunk import process_chunk

if TYPE_CHECKING:
    from model import Scorer


def work_once(db: Database, scorer: Scorer, job_id: int, *, limits: Limits) -> bool:
    """Does one chunk of the job that nobody holds; False when there was none, or nothing came of it.

    What others hold, or what waits for another model, is theirs: ask again in a moment. Raises DatabaseUnavailable.
    """
    chunks = queue.claimable(db, job_id)
    return bool(chunks) and process_chunk(db, scorer, chunks[0], limits=limits)
