"""The scored rows of a job, for the writers of files."""

from __future__ import annotations

from collections.abc import Iterator

from db.engine import Database
from db.queue import iter_scored
from worker.files.writers.aspects import as_json
from worker.files.writers.verdicts import Scored


def scored_rows(db: Database, job_id: int, *, aspects: bool) -> Iterator[Scored]:
    """The scored rows of a job as the writers take them, by row number, streaming."""
    for row, label, probability, flags, model, stars, found in iter_scored(db, job_id, aspects=aspects):
        verdict = (row, label, probability, flags, model, stars)
        yield (*verdict, as_json(found)) if aspects else verdict
