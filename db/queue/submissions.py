"""Submissions: files that the command line sends in, each taken once by its digest and how it is to be read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Final, Literal

from sqlalchemy import select

from db.dialect import storable_json
from db.digests import file_digest
from db.engine import Database
from db.errors import JobFinished, NoLongerKept, NotFound, NothingToRetry
from db.queries.jobs import get_job, stored_upload
from db.queue.accept import accept_upload
from db.queue.finish import cancel
from db.queue.quotas import NO_LIMITS, Quotas
from db.queue.resume import retry
from db.tables import Job, Upload
from db.types import COMMAND_LINE, HOST_USER, WORKING, JobView, Origin, UploadInfo, Viewer

HOST: Final = Viewer(HOST_USER)
"""Who looks from the command line: sees what it sent in, and nothing of any member."""
_QUESTION: Final = "asks"
"""Among the options of an upload: what the job asked, nothing that its sender said."""


@dataclass(frozen=True, slots=True)
class Submission:
    """A file and how it is to be read. `sha256`: of its bytes, hexadecimal; `size`: in bytes.

    `file_format`: of the result, None as the file came in; `options` as `UploadInfo.options`.
    """

    filename: str
    size: int
    sha256: str
    text_column: str | None = None
    film_column: str | None = None
    date_column: str | None = None
    file_format: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Submitted:
    """The job that scores the file.

    how: `new`; `running`, `waiting` (for a column) or `done`, when an earlier one stands; `resumed`, when that one had
    been cancelled or had failed.
    """

    job_id: int
    how: Literal["new", "running", "waiting", "done", "resumed"]


def submit_file(
    db: Database, file: Submission, parts: Iterable[bytes], *, quotas: Quotas = NO_LIMITS, again: bool = False
) -> Submitted:
    """Takes a file in for the host, or gives the job that stands for the same bytes, read in the same way.

    A job that had been cancelled or had failed for a reason that may pass is resumed. One that waits for its column,
    while the file now comes with other words on how it is read, is cancelled: the new one takes its place. `again`:
    scores it anew whatever stands. Two who submit at one moment get one job. Nobody rings: the next sweep of a worker
    publishes the work. Raises as `accept_upload`; an error of `parts` leaves nothing behind.
    """
    earlier = _earlier(db, file)
    same = next((job for job, upload in earlier if _is_read_alike(upload, file)), None)
    if same is not None and not again:
        how = _stands(db, same, quotas)
        if how is not None:
            return Submitted(same.id, how)
    newest = max((job.id for job, _ in earlier), default=0)
    origin = Origin(HOST_USER, None, None, COMMAND_LINE, _event(db, file, newest))
    accepted = accept_upload(
        db,
        origin,
        filename=file.filename,
        parts=parts,
        text_column=file.text_column,
        film_column=file.film_column,
        date_column=file.date_column,
        file_format=file.file_format,
        options=file.options,
        size=file.size,
        quotas=quotas,
        ring=False,
    )
    if not accepted.duplicate:
        for job, _ in earlier:
            if job.state == "needs_column":
                with suppress(JobFinished):
                    cancel(db, HOST, job.id)
    return Submitted(accepted.job_id, "running" if accepted.duplicate else "new")


def _earlier(db: Database, file: Submission) -> list[tuple[JobView, UploadInfo]]:
    """The host's jobs over the same bytes whose files are still there, newest first."""
    query = (
        select(Job.id)
        .join(Upload, Upload.job_id == Job.id)
        .where(Upload.sha256 == file_digest(db, HOST_USER, file.sha256), Upload.blob_id.is_not(None))
        .where(Job.owner_id == HOST_USER, Job.purged_at.is_(None), Job.purge_begun_at.is_(None))
        .order_by(Job.id.desc())
    )
    with db.read() as session:
        ids = session.scalars(query).all()
    found = []
    for id_ in ids:
        with suppress(NotFound):  # deleted just now
            found.append((get_job(db, HOST, id_), stored_upload(db, HOST, id_)))
    return found


def _stands(db: Database, job: JobView, quotas: Quotas) -> Literal["running", "waiting", "done", "resumed"] | None:
    """How the earlier job serves; None when it does not."""
    if job.state in WORKING:
        return "running"
    if job.state == "needs_column":
        return "waiting"
    if job.state == "done":
        return "done"
    if not job.retryable:
        return None  # it would fail in the same way, unless the limits or the program have changed since
    try:
        retry(db, HOST, job.id, quotas=quotas)
    except NothingToRetry:
        return "running"  # somebody else was faster
    except NoLongerKept:
        return None
    return "resumed"


def _reading(file: Submission | UploadInfo) -> dict[str, Any]:
    """What was said of how the file is read and written."""
    said = {
        **{name: value for name, value in file.options.items() if name != _QUESTION},
        "text_column": file.text_column,
        "film_column": file.film_column,
        "date_column": file.date_column,
        "file_format": file.file_format,
    }
    return storable_json({name: value for name, value in said.items() if value not in (None, False)})


def _is_read_alike(upload: UploadInfo, file: Submission) -> bool:
    return _reading(upload) == _reading(file)


def _event(db: Database, file: Submission, after: int) -> int:
    """A number for this submission after the job `after`: the same for whoever submits it at the same moment."""
    said = json.dumps([_reading(file), after], sort_keys=True)
    digest = blake2b(f"{file_digest(db, HOST_USER, file.sha256)}\x1f{said}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1
