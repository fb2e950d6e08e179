"""Jobs as they are shown, and the files that belong to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from sqlalchemy import Row, Select, or_, select
from sqlalchemy.orm import Session

from db.blobs import read_blob
from db.crypto import Sealer, error_place, opened_json, opened_name, opened_options, opened_reading
from db.engine import Database
from db.errors import NotFound
from db.queries.aspect_sums import counts_of
from db.tables import Blob, Job, OutputFile, Upload
from db.types import COMMAND_LINE, TERMINAL, JobView, OutputInfo, StarSums, UploadInfo, Viewer
from db.visibility import visible, visible_job

_Names = list[str] | None
_Json = dict[str, Any] | None
_Stored = tuple[Job, str | None, _Names, _Json, _Json, int | None, _Json]
"""A job, and of its file: name, columns to choose from, how it was read, options, bytes, what to look at."""


def accuracy_of(options: Mapping[str, Any] | None) -> float | None:
    """The accuracy in percent among the options of a file."""
    wanted = (options or {}).get("accuracy")
    return None if wanted is None else float(wanted)


def _jobs() -> Select[Any]:
    of_file = (Upload.filename, Upload.candidates, Upload.columns, Upload.options, Upload.size, Upload.hygiene)
    return select(Job, *of_file).outerjoin(Upload, Upload.job_id == Job.id)


def _view(row: Row[Any], sealer: Sealer) -> JobView:
    job, stored_filename, candidates, read, options, upload_size, hygiene = cast(_Stored, row)
    filename = opened_name(sealer, stored_filename, job.owner_id)
    film = opened_name(sealer, job.film, job.owner_id)
    columns_read, notes = opened_reading(sealer, job.owner_id, read)
    return JobView(
        id=job.id,
        kind=job.kind,
        state=job.state,
        owner_id=job.owner_id,
        guild_id=job.guild_id,
        channel_id=job.channel_id,
        message_id=job.message_id,
        source=job.source,
        source_id=job.source_id,
        reply_to=job.reply_to,
        reply_channel_id=job.reply_channel_id,
        reply_token=job.reply_token,
        language=job.language,
        shared=job.shared,
        film=film,
        filename=filename,
        title=filename or film or f"Review {job.id}",
        created_at=job.created_at,
        started_at=job.started_at,
        finished_at=job.finished_at,
        rows_total=job.rows_total,
        rows_done=job.rows_done,
        rows_rejected=job.rows_rejected,
        rows_failed=job.rows_failed,
        n_positive=job.n_positive,
        n_negative=job.n_negative,
        n_uncertain=job.n_uncertain,
        histogram=tuple(job.histogram),
        error_code=job.error_code,
        error=job.error,
        error_values=opened_json(sealer, job.error_values, error_place(job.id, job.owner_id)),
        columns=tuple(sealer.open_name(one, job.owner_id) for one in candidates or ()),
        read=columns_read,
        notes=notes,
        asks=(options or {}).get("asks", "column"),
        version=job.version,
        rendered_version=job.rendered_version,
        delivered_at=job.delivered_at,
        model=job.model,
        upload_size=upload_size,
        stars=StarSums.of(job.star_sums),
        aspects=counts_of(job.aspect_sums),
        accuracy=accuracy_of(options),
        hygiene=hygiene or {},
    )


def hygiene_of(session: Session, job_id: int) -> Mapping[str, Any]:
    """What of a file deserves a second look; the caller has asked who may see the job."""
    return session.scalar(select(Upload.hygiene).where(Upload.job_id == job_id)) or {}


def get_job(db: Database, viewer: Viewer, job_id: int) -> JobView:
    """The job; NotFound when it does not exist or may not be seen."""
    with db.read() as session:
        row = session.execute(_jobs().where(Job.id == job_id, visible(viewer, Job))).one_or_none()
    if row is None:
        raise NotFound("job", job_id)
    return _view(row, db.sealer)


def read_options(db: Database, viewer: Viewer, job_id: int) -> dict[str, Any]:
    """What the sender said of how the file of a job is read, apart from its columns; NotFound as `get_job`."""
    with db.read() as session:
        job = visible_job(session, viewer, job_id)
        upload = session.get(Upload, job_id)
        said = {} if upload is None else opened_options(db.sealer, job.owner_id, upload.options)
    return {name: value for name, value in said.items() if name != "asks"}


def list_jobs(
    db: Database, viewer: Viewer, *, before_id: int | None = None, limit: int = 10, active_only: bool = False
) -> list[JobView]:
    """The jobs the viewer sees, newest first; the next page starts `before_id` the last one's id."""
    query = _jobs().where(visible(viewer, Job))
    if before_id is not None:
        query = query.where(Job.id < before_id)
    if active_only:
        query = query.where(Job.state.not_in(TERMINAL))
    with db.read() as session:
        return [_view(row, db.sealer) for row in session.execute(query.order_by(Job.id.desc()).limit(limit))]


def last_language(db: Database, viewer: Viewer) -> str | None:
    """In which language the viewer's last job is answered: a message, unlike an interaction, does not say its own."""
    query = select(Job.language).where(Job.owner_id == viewer.user_id).order_by(Job.id.desc()).limit(1)
    with db.read() as session:
        return session.scalar(query)


def changed_jobs(db: Database, *, limit: int = 100) -> list[JobView]:
    """Jobs the bot has to show (anew): changed since they were last shown, or ended and not delivered. Oldest first.

    None that the command line sent in: they would take the places of those that wait to be shown.
    """
    changed = or_(Job.version > Job.rendered_version, Job.state.in_(TERMINAL))
    owed = (Job.delivered_at.is_(None), changed, Job.source != COMMAND_LINE)
    with db.read() as session:
        return [_view(row, db.sealer) for row in session.execute(_jobs().where(*owed).order_by(Job.id).limit(limit))]


def list_outputs(db: Database, viewer: Viewer, job_id: int) -> list[OutputInfo]:
    """The finished files of a job; NotFound when the job may not be seen, empty after the retention time."""
    with db.read() as session:
        owner = visible_job(session, viewer, job_id).owner_id
        files = (
            select(OutputFile.kind, OutputFile.filename, Blob.size, Blob.id)
            .join(Blob, Blob.id == OutputFile.blob_id)
            .where(OutputFile.job_id == job_id)
            .order_by(OutputFile.id)
        )
        return [
            OutputInfo(kind, db.sealer.open_name(filename, owner), size, blob_id)
            for kind, filename, size, blob_id in session.execute(files)
        ]


def upload_blob(db: Database, viewer: Viewer, job_id: int) -> tuple[str, int] | None:
    """Name and blob of the viewer's own input file, None when it is no longer kept; NotFound when it is not theirs."""
    with db.read() as session:
        if visible_job(session, viewer, job_id).owner_id != viewer.user_id:
            raise NotFound("job", job_id)
        upload = session.get(Upload, job_id)
        if upload is None or upload.blob_id is None:
            return None
        return db.sealer.open_name(upload.filename, viewer.user_id), upload.blob_id


def stored_upload(db: Database, viewer: Viewer, job_id: int) -> UploadInfo:
    """The viewer's own input file and how it was read; NotFound when it is not theirs or no longer kept."""
    with db.read() as session:
        if visible_job(session, viewer, job_id).owner_id != viewer.user_id:
            raise NotFound("job", job_id)
        return upload_info(session, db.sealer, job_id)


def upload_info(session: Session, sealer: Sealer, job_id: int) -> UploadInfo:
    """The input file of a job; NotFound when it was deleted with the retention time."""
    upload = session.get(Upload, job_id)
    if upload is None or upload.blob_id is None:
        raise NotFound("upload", job_id)
    owner = session.get_one(Job, job_id).owner_id
    return UploadInfo(
        upload.blob_id,
        sealer.open_name(upload.filename, owner),
        upload.size,
        upload.sha256,
        opened_name(sealer, upload.text_column, owner),
        opened_name(sealer, upload.film_column, owner),
        opened_name(sealer, upload.date_column, owner),
        upload.file_format,
        owner,
        opened_options(sealer, owner, upload.options),
    )


def read_output(db: Database, viewer: Viewer, blob_id: int) -> Iterator[bytes]:
    """A finished file in parts of up to 1 MiB; NotFound when it is gone or may not be seen."""
    with db.read() as session:
        whose = select(Job.owner_id).join(OutputFile, OutputFile.job_id == Job.id)
        owner = session.scalar(whose.where(OutputFile.blob_id == blob_id, visible(viewer, Job)))
        if owner is None:
            raise NotFound("file")
    return read_blob(db, blob_id, owner=owner)
