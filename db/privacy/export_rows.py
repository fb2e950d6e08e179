"""Rows of a user's export: everything that is their own. All of it is asked with the viewer as owner."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Select, literal, select, union_all

from db.crypto import error_place, note_place, opened, opened_json, opened_name, opened_reading, review_place
from db.delivery.continuations import button_place
from db.engine import Database
from db.queries.aspect_sums import of_reviews
from db.tables import (
    AuditLine,
    Blob,
    Continuation,
    Correction,
    Job,
    NoticeRow,
    OutputFile,
    Prediction,
    Review,
    SentMessage,
    ServerDigest,
    Upload,
)
from db.types import Viewer

PAGE: Final = 1_000
"""Rows read at a time: memory stays flat and no read lasts long."""


NAMES: Final = ("film", "filename", "text_column", "film_column", "date_column")
"""Columns of `own_jobs` that are sealed names."""


@dataclass(frozen=True, slots=True)
class OwnFile:
    """A stored file; `size` in bytes."""

    job_id: int
    kind: str
    name: str
    size: int
    blob_id: int


def own_jobs(db: Database, viewer: Viewer) -> Iterator[dict[str, Any]]:
    """Every job with its counts, the names of its file and columns, and what it failed of."""
    of_job = (Job.id, Job.kind, Job.state, Job.guild_id, Job.channel_id, Job.message_id, Job.source, Job.source_id)
    more = (Job.reply_to, Job.shared, Job.film, Job.created_at, Job.finished_at, Job.purged_at, Job.model, Job.language)
    counts = (Job.rows_total, Job.rows_done, Job.rows_rejected, Job.n_positive, Job.n_negative, Job.n_uncertain)
    of_file = (Upload.filename, Upload.sha256, Upload.content_digest)
    of_columns = (Upload.text_column, Upload.film_column, Upload.date_column)
    found = (Upload.candidates, Upload.columns, Upload.hygiene, Job.error_code, Job.error_values, Job.error)
    query = select(*of_job, *more, *counts, *of_file, *of_columns, *found).outerjoin(Upload, Upload.job_id == Job.id)

    def named(stored: str | None) -> str | None:
        return opened_name(db.sealer, stored, viewer.user_id)

    for row in _paged(db, query.where(Job.owner_id == viewer.user_id), Job.id):
        row |= {name: named(row[name]) for name in NAMES}
        row["candidates"] = [named(one) for one in row["candidates"] or ()]
        row["columns"], row["notes"] = opened_reading(db.sealer, viewer.user_id, row["columns"])
        row["error_values"] = opened_json(db.sealer, row["error_values"], error_place(row["id"], viewer.user_id))
        yield row


def own_reviews(db: Database, viewer: Viewer) -> Iterator[dict[str, Any]]:
    """Every review, with its verdict when it has one, by job and row; the text while it is kept."""
    with db.read() as session:
        jobs = session.scalars(select(Job.id).where(Job.owner_id == viewer.user_id).order_by(Job.id)).all()
    for job_id in jobs:
        query = (
            select(Review.id, Review.job_id, Review.row_number, Review.text, Review.film, Review.day)
            .add_columns(Prediction.label, Prediction.probability, Prediction.flags, Prediction.model)
            .add_columns(Prediction.explanation, Prediction.created_at, Prediction.stars, Prediction.mixed)
            .add_columns(Review.rating)
            .outerjoin(Prediction, Prediction.review_id == Review.id)
            .join(Job, Job.id == Review.job_id)
            .where(Review.job_id == job_id, Job.owner_id == viewer.user_id)
        )
        for page in _pages(db, query, Review.row_number):
            with db.read() as session:
                found = of_reviews(session, [row["id"] for row in page])
            for row in page:
                text = opened(row["text"], review_place(job_id, row["row_number"], viewer.user_id))
                film = opened_name(db.sealer, row["film"], viewer.user_id)
                aspects = [one._asdict() for one in found.get(row["id"], ())]
                yield row | {"text": text, "film": film, "aspects": aspects}


def own_corrections(db: Database, viewer: Viewer) -> Iterator[dict[str, Any]]:
    """What the viewer said about verdicts, their own and those shared with them."""
    columns = (Correction.id, Correction.review_id, Correction.label, Correction.note, Correction.created_at)
    for row in _paged(db, select(*columns).where(Correction.user_id == viewer.user_id), Correction.id):
        yield row | {"note": opened(row["note"], note_place(row["review_id"], viewer.user_id))}


def own_notices(db: Database, viewer: Viewer) -> Iterator[dict[str, Any]]:
    """Messages owed to the viewer, or delivered."""
    columns = (NoticeRow.id, NoticeRow.job_id, NoticeRow.kind, NoticeRow.created_at, NoticeRow.delivered_at)
    yield from _paged(db, select(*columns).where(NoticeRow.user_id == viewer.user_id), NoticeRow.id)


def own_audit_lines(db: Database, viewer: Viewer) -> Iterator[dict[str, Any]]:
    """Settings of servers that the viewer changed."""
    columns = (AuditLine.id, AuditLine.created_at, AuditLine.guild_id, AuditLine.action, AuditLine.old, AuditLine.new)
    yield from _paged(db, select(*columns).where(AuditLine.actor_id == viewer.user_id), AuditLine.id)


def own_buttons(db: Database, viewer: Viewer) -> Iterator[dict[str, Any]]:
    """Searches and questions that wait for a button of the viewer's."""
    columns = (Continuation.key, Continuation.kind, Continuation.data, Continuation.created_at)
    with db.read() as session:
        rows = session.execute(select(*columns).where(Continuation.owner_id == viewer.user_id)).mappings().all()
    for row in rows:
        yield {**row, "data": opened_json(db.sealer, row["data"], button_place(row["key"], viewer.user_id))}


def own_messages(db: Database, viewer: Viewer) -> Iterator[dict[str, Any]]:
    """Where messages of the bot's own stand that show the viewer's words and are no card of a job."""
    columns = (
        SentMessage.id,
        SentMessage.channel_id,
        SentMessage.message_id,
        SentMessage.job_id,
        SentMessage.source_id,
    )
    theirs = select(*columns, SentMessage.created_at).where(SentMessage.owner_id == viewer.user_id)
    yield from _paged(db, theirs, SentMessage.id)


def own_digests(db: Database, viewer: Viewer) -> Iterator[dict[str, Any]]:
    """Digests of servers that the viewer set up."""
    columns = (ServerDigest.guild_id, ServerDigest.channel_id, ServerDigest.every, ServerDigest.films)
    more = (ServerDigest.alerts, ServerDigest.language, ServerDigest.created_at)
    theirs = select(*columns, *more).where(ServerDigest.set_by == viewer.user_id)
    for row in _paged(db, theirs, ServerDigest.guild_id):
        yield row | {"films": [db.sealer.open_name(one, row["guild_id"]) for one in row["films"]]}


def own_files(db: Database, viewer: Viewer) -> list[OwnFile]:
    """Uploads and finished files that are still stored, by job."""
    sent = (
        select(Upload.job_id, literal("upload"), Upload.filename, Blob.size, Blob.id)
        .join(Blob, Blob.id == Upload.blob_id)
        .join(Job, Job.id == Upload.job_id)
        .where(Job.owner_id == viewer.user_id)
    )
    made = (
        select(OutputFile.job_id, OutputFile.kind, OutputFile.filename, Blob.size, Blob.id)
        .join(Blob, Blob.id == OutputFile.blob_id)
        .join(Job, Job.id == OutputFile.job_id)
        .where(Job.owner_id == viewer.user_id)
    )
    with db.read() as session:
        rows: Any = session.execute(union_all(sent, made)).all()
    owned = (
        OwnFile(job_id, kind, db.sealer.open_name(name, viewer.user_id), size, blob_id)
        for job_id, kind, name, size, blob_id in rows
    )
    return sorted(owned, key=lambda file: file.blob_id)


def _paged(db: Database, query: Select[*tuple[Any, ...]], key: Any) -> Iterator[dict[str, Any]]:
    for page in _pages(db, query, key):
        yield from page


def _pages(db: Database, query: Select[*tuple[Any, ...]], key: Any) -> Iterator[list[dict[str, Any]]]:
    """The rows by `key`, which is one of the columns and unique, a page at a time."""
    last = -1
    while True:
        with db.read() as session:
            rows = session.execute(query.where(key > last).order_by(key).limit(PAGE)).mappings().all()
        yield [dict(row) for row in rows]
        if len(rows) < PAGE:
            return
        last = rows[-1][key.key]
