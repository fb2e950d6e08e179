"""The scored copy of a finished job's file once more, in another format."""

from __future__ import annotations

from typing import IO

from db.engine import Database
from db.queries.jobs import stored_upload
from db.types import Viewer
from worker.files.limits import Limits
from worker.files.writers.write import write_scored
from worker.jobs.ingest import options_of, stored_file
from worker.jobs.scored_rows import scored_rows


def rewrite(db: Database, viewer: Viewer, job_id: int, out: IO[bytes], *, limits: Limits, format: str) -> str:
    """Writes the viewer's own file with its verdicts to `out`, in flat memory; the name of the whole.

    `format`: as `UploadInfo.file_format`. Raises NotFound when the file is not theirs or no longer kept, FileError.
    """
    upload = stored_upload(db, viewer, job_id)
    with stored_file(db, upload) as (file, _):
        aspects = bool(upload.options.get("aspects"))
        return write_scored(
            file,
            upload.filename,
            scored_rows(db, job_id, aspects=aspects),
            out,
            limits=limits,
            format=format,
            options=options_of(upload),
            aspects=aspects,
        )
