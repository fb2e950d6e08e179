"""Finishing a file job: its rows in order, its output files, done; or failed, or cancelled by its owner."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import func, select

from db.blobs import drop, fill_blob, new_blob
from db.dialect import storable
from db.engine import Database
from db.errors import JobFinished, NotFound
from db.flags import split_flags
from db.queries.aspect_sums import StoredAspect, rows_of_reviews
from db.queue import leases
from db.queue.completion import end_job
from db.reserve import frees_space
from db.tables import Blob, OutputFile, Prediction, RejectedRow, Review
from db.types import TERMINAL, Claim, Output, Viewer
from db.visibility import visible_job

PAGE_ROWS: Final = 5_000
"""Rows read at a time: memory stays flat and no read lasts as long as the file is long."""
ASPECT_ROWS: Final = 100
"""Of those, whose aspects are read at a time: a row may have hundreds."""


ScoredRow = tuple[int, str, float, tuple[str, ...], str, float | None, Sequence[StoredAspect]]
"""(row number, label, probability, flags, model, stars, aspects as they are stored)"""


def iter_scored(db: Database, job_id: int, *, aspects: bool = False) -> Iterator[ScoredRow]:
    """Every scored row, by row number, streaming; its aspects only where they are asked for."""
    last = 0
    while True:
        page = (
            select(Review.row_number, Prediction.label, Prediction.probability, Prediction.flags)
            .add_columns(Prediction.model, Prediction.stars, Prediction.review_id)
            .join(Prediction, Prediction.review_id == Review.id)
            .where(Review.job_id == job_id, Review.row_number > last)
            .order_by(Review.row_number)
            .limit(PAGE_ROWS)
        )
        with db.read() as session:
            rows = session.execute(page).all()
        found: Mapping[int, Sequence[StoredAspect]] = {}
        for place, (row, label, probability, flags, model, stars, review_id) in enumerate(rows):
            if aspects and place % ASPECT_ROWS == 0:
                with db.read() as session:
                    found = rows_of_reviews(session, [one.review_id for one in rows[place : place + ASPECT_ROWS]])
            yield row, label, probability, split_flags(flags), model, stars, found.get(review_id, ())
        if len(rows) < PAGE_ROWS:
            return
        last = rows[-1][0]


def iter_rejected(db: Database, job_id: int) -> Iterator[tuple[int, str, str]]:
    """(row number, code, reason) of every row without a verdict, by row number, streaming."""
    last = 0
    while True:
        page = (
            select(RejectedRow.row_number, RejectedRow.code, RejectedRow.reason)
            .where(RejectedRow.job_id == job_id, RejectedRow.row_number > last)
            .order_by(RejectedRow.row_number)
            .limit(PAGE_ROWS)
        )
        with db.read() as session:
            rows = session.execute(page).all()
        yield from rows
        if len(rows) < PAGE_ROWS:
            return
        last = rows[-1][0]


def write_output(db: Database, claim: Claim, parts: Iterable[bytes]) -> int:
    """Stores a file of the claimed job and returns its blob's id, for `finish_job`.

    It is its owner's from the first byte on: who is erased while it is written, by whomever, leaves no half of it.
    Raises NotFound when the claim was lost.
    """
    with db.begin() as session:
        job = leases.lock_job(session, claim.job_id)
        if not (leases.in_state(job, "finishing") and leases.is_held(session, claim)):
            raise NotFound("job", claim.job_id)
        owner = job.owner_id
        blob_id = new_blob(session, owner)
    return fill_blob(db, blob_id, parts, owner=owner)


def finish_job(db: Database, claim: Claim, outputs: Sequence[Output]) -> bool:
    """Attaches the written files and ends the job as done, with a notice to its owner.

    False: the claim was lost or the job cancelled; the files' blobs are deleted.
    """
    with db.begin() as session:
        job = leases.lock_job(session, claim.job_id)
        if not (leases.in_state(job, "finishing") and leases.end_claim(session, claim, "done")):
            for output in outputs:
                drop(session, output.blob_id)
            return False
        session.add_all(
            OutputFile(
                job_id=job.id,
                kind=output.kind,
                filename=db.sealer.seal_name(job.owner_id, storable(output.filename)),
                blob_id=output.blob_id,
            )
            for output in outputs
        )
        written = select(func.sum(Blob.size)).where(Blob.id.in_([output.blob_id for output in outputs]))
        job.stored_bytes += int(session.scalar(written) or 0)
        end_job(session, job, "done")
        return True


def fail_job(db: Database, claim: Claim, code: str, values: Mapping[str, Any]) -> bool:
    """Ends the job as failed, for its owner to read why (common/messages.py). False: the claim was lost."""
    with db.begin() as session:
        job = leases.lock_job(session, claim.job_id)
        if job.state in TERMINAL or not leases.end_claim(session, claim, "failed"):
            return False
        end_job(session, job, "failed", code=code, values=values)
        return True


@frees_space
def cancel(db: Database, viewer: Viewer, job_id: int) -> bool:
    """Cancels the viewer's own job; once this returns nothing more is stored for it, and what is stored stays.

    Raises NotFound (also for somebody else's job) and JobFinished.
    """
    with db.begin() as session:
        if visible_job(session, viewer, job_id).owner_id != viewer.user_id:
            raise NotFound("job", job_id)
        job = leases.lock_job(session, job_id)
        if job.state in TERMINAL:
            raise JobFinished(job_id, job.state)
        end_job(session, job, "cancelled")
        return True
