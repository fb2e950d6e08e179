"""Keys of stored texts in a database: which are in use, whether this process has them, and changing to another.

A process refuses to start without a key that stored texts need (`check`), for it would fail on every one of them. The
ids of keys in use stand in `bot_state`; they tell nothing of the keys.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import LargeBinary, Select, Text, func, select, type_coerce, union_all, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from db.blobs import part_place
from db.crypto import (
    SEALED_OPTIONS,
    Place,
    Sealer,
    current_json,
    error_place,
    note_place,
    opened_json,
    review_place,
    stored_json,
)
from db.delivery.continuations import button_place
from db.dialect import insert_for, wait_exclusive
from db.digests import MARK, PLACE, digest_key, file_digest, text_hasher
from db.digests import STATE as DIGEST_KEY
from db.engine import Database
from db.errors import TextKeyMissing
from db.privacy.purge import changed_rows, in_batches
from db.tables import (
    Blob,
    BlobPart,
    BotState,
    Continuation,
    Correction,
    Job,
    OutputFile,
    Prediction,
    Review,
    ServerDigest,
    Upload,
    report_films,
)

STATE: Final = "text_keys"
"""Where the ids of keys in use stand, as a JSON list."""
KEY_LOCK: Final = 0x5EE1_5EA1
ROWS: Final = 1_000
"""Texts that one transaction seals anew."""
PARTS: Final = 16
"""Parts of files (1 MiB) that one transaction seals anew."""

Progress = Callable[[str, int, int], None]
"""What is sealed, up to which id, and the last one."""


@dataclass(frozen=True, slots=True)
class Rotated:
    """How many were sealed anew: texts of reviews, notes of corrections, parts of files, what buttons go on with."""

    texts: int
    notes: int
    parts: int
    buttons: int


def keys_in_use(db: Database) -> tuple[str, ...]:
    """Ids of the keys under which something may be stored."""
    with db.read() as session:
        return _in_use(session)


def check(db: Database) -> None:
    """Raises TextKeyMissing unless this process has every key in use; from then on its own first key is among them."""
    missing = tuple(id_ for id_ in keys_in_use(db) if id_ not in db.sealer.ids)
    if missing:
        raise TextKeyMissing(missing)
    if db.sealer.active and db.sealer.ids[0] not in keys_in_use(db):
        with db.begin(bulk=True) as session:
            wait_exclusive(session, KEY_LOCK)
            _set(session, (*_in_use(session), db.sealer.ids[0]))


def rotate(db: Database, progress: Progress = lambda what, done, last: None, *, to_plain: bool = False) -> Rotated:
    """Brings everything stored under the first key, or `to_plain` back to plain; the other keys are then out of use.

    In short transactions beside all work; broken off, it goes on where it was the next time, for what is done is
    passed over. A text that is deleted meanwhile stays deleted. Raises TextKeyMissing before the first change.
    """
    check(db)
    target = Sealer() if to_plain else db.sealer
    texts = _column(db, target, _REVIEWS, progress)
    notes = _column(db, target, _NOTES, progress)
    parts = _files(db, target, progress)
    buttons = _continuations(db, target)
    _films(db, target)
    _names_of_files(db, target)
    _digests(db, target)
    _file_digests(db)
    _digest_key(db, target)
    with db.begin(bulk=True) as session:
        wait_exclusive(session, KEY_LOCK)
        _set(session, target.ids[:1])
    return Rotated(texts, notes, parts, buttons)


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of sealed texts: its key, the query for both as `key` and `raw`, and where the text of a row stands."""

    key: InstrumentedAttribute[int]
    column: InstrumentedAttribute[Any]
    query: Select[*tuple[Any, ...]]
    where: Callable[[Any], Place]
    hashed: bool = False
    """Whether `reviews.text_hash` stands beside it."""


_REVIEWS: Final = _Column(
    Review.id,
    Review.text,
    select(Review.id.label("key"), type_coerce(Review.text, Text).label("raw"), Review.job_id, Review.row_number)
    .add_columns(Job.owner_id, Review.text_hash)
    .join(Job, Job.id == Review.job_id),
    lambda row: review_place(row.job_id, row.row_number, row.owner_id),
    hashed=True,
)
_NOTES: Final = _Column(
    Correction.id,
    Correction.note,
    select(
        Correction.id.label("key"),
        type_coerce(Correction.note, Text).label("raw"),
        Correction.review_id,
        Correction.user_id,
    ),
    lambda row: note_place(row.review_id, row.user_id),
)


def _in_use(session: Session) -> tuple[str, ...]:
    stored = session.scalar(select(BotState.value).where(BotState.key == STATE))
    return tuple(json.loads(stored)) if stored else ()


def _set(session: Session, ids: Sequence[str]) -> None:
    insert = insert_for(session, BotState).values(key=STATE, value=json.dumps(list(ids)))
    session.execute(insert.on_conflict_do_update(index_elements=["key"], set_={"value": json.dumps(list(ids))}))


def _column(db: Database, target: Sealer, one: _Column, tell: Progress) -> int:
    """Seals a column anew, and hashes anew what it seals; how many texts that were."""
    hashed = text_hasher(db)
    with db.read() as session:
        most = session.scalar(select(func.max(one.key))) or 0
    changed = last = 0
    while True:
        with db.read() as session:
            rows = session.execute(one.query.where(one.key > last).order_by(one.key).limit(ROWS)).all()
        if not rows:
            return changed
        old = [row for row in rows if row.raw is not None and not target.current(row.raw)]
        if old:
            with db.begin(bulk=True) as session:
                for row in old:
                    where = one.where(row)
                    plain = db.sealer.open(row.raw, where)
                    more = {}
                    if one.hashed and row.text_hash is not None:
                        more = {"text_hash": hashed(row.owner_id, plain)}
                    new = target.seal(plain, where)
                    changed += replace_if_unchanged(session, one.key, one.column, row.key, row.raw, new, **more)
        last = rows[-1].key
        tell(str(one.column.class_.__tablename__), last, most)


def replace_if_unchanged(
    session: Session, key: Any, column: Any, id_: int, stored: str, new: str, **more: object
) -> int:
    """Stores one text anew, unless it was changed or deleted since it was read; whether it did."""
    same = type_coerce(column, Text) == type_coerce(stored, Text)
    return changed_rows(
        session, update(column.class_).where(key == id_, same).values({column.key: type_coerce(new, Text), **more})
    )


def _continuations(db: Database, target: Sealer) -> int:
    """Searches and questions that wait for a button: those of a week, so few that they need no progress."""
    with db.read() as session:
        stored = session.execute(select(Continuation.key, Continuation.data))
        old = [key for key, data in stored if not current_json(target, data)]
    for key in old:
        with db.begin(bulk=True) as session:  # locked, for a press of Next may write it anew
            row = session.scalars(select(Continuation).where(Continuation.key == key).with_for_update()).one_or_none()
            if row is not None and not current_json(target, row.data):
                where = button_place(key, row.owner_id)
                row.data = stored_json(target, opened_json(db.sealer, row.data, where), where)
    return len(old)


def _owner_of(session: Session, blob_id: int) -> int:
    """Whose a file is: of its job, else of who stored it."""
    jobs = union_all(
        select(Upload.job_id.label("job_id")).where(Upload.blob_id == blob_id),
        select(OutputFile.job_id).where(OutputFile.blob_id == blob_id),
    ).subquery()
    owner = session.scalar(select(Job.owner_id).where(Job.id.in_(select(jobs.c.job_id))).limit(1))
    if owner is None:
        owner = session.scalar(select(Blob.owner_id).where(Blob.id == blob_id))
    return owner or 0


def _files(db: Database, target: Sealer, tell: Progress) -> int:
    place = (BlobPart.blob_id, BlobPart.number)
    head = type_coerce(func.substr(BlobPart.data, 1, 16), LargeBinary)
    with db.read() as session:
        most = session.scalar(select(func.max(BlobPart.blob_id))) or 0
        blobs = session.scalars(select(BlobPart.blob_id).distinct().order_by(BlobPart.blob_id)).all()
    changed = 0
    for blob_id in blobs:
        with db.read() as session:
            heads = session.execute(select(BlobPart.number, head).where(BlobPart.blob_id == blob_id)).all()
            owner = _owner_of(session, blob_id)
        old = [number for number, start in heads if not target.current_bytes(bytes(start))]
        for start in range(0, len(old), PARTS):
            with db.begin(bulk=True) as session:
                session.execute(update(Blob).where(Blob.id == blob_id).values(owner_id=owner))
                for number in old[start : start + PARTS]:
                    mine = (place[0] == blob_id, place[1] == number)
                    data = session.scalar(select(BlobPart.data).where(*mine))
                    if data is not None:
                        where = part_place(blob_id, number, owner)
                        new = target.seal_bytes(db.sealer.open_bytes(data, where), where)
                        session.execute(update(BlobPart).where(*mine).values(data=new))
                        changed += 1
        tell("files", blob_id, most)
    return changed


def _file_digests(db: Database) -> None:
    """Digests of files from before they were keyed: bare SHA-256, which anybody can try."""
    with db.read() as session:
        bare = Upload.sha256.not_like(f"{MARK}%")
        uploads = session.execute(
            select(Upload.job_id, Upload.sha256, Job.owner_id).join(Job, Job.id == Upload.job_id).where(bare)
        ).all()
        files = select(Blob.id, Blob.sha256).where(Blob.sha256.is_not(None), Blob.sha256.not_like(f"{MARK}%"))
        blobs = [(id_, old or "", _owner_of(session, id_)) for id_, old in session.execute(files).all()]
    for column, key, rows in ((Upload.sha256, Upload.job_id, uploads), (Blob.sha256, Blob.id, blobs)):
        for id_, old, owner in rows:
            new = file_digest(db, owner, old)
            with db.begin(bulk=True) as session:
                session.execute(update(column.class_).where(key == id_, column == old).values({column.key: new}))


def _digest_key(db: Database, target: Sealer) -> None:
    new = target.seal(digest_key(db).hex(), PLACE)
    with db.begin(bulk=True) as session:
        session.execute(update(BotState).where(BotState.key == DIGEST_KEY).values(value=new))


def _films(db: Database, target: Sealer) -> None:
    """Seals films anew, a job's name at a time in each table that holds it."""
    for table, job, film in (
        (Job, Job.id, Job.film),
        (Review, Review.job_id, Review.film),
        (Prediction, Prediction.job_id, Prediction.film),
        (report_films, report_films.c.job_id, report_films.c.film),
    ):
        named = select(job, film, Job.owner_id).distinct().where(film.is_not(None), film != "")
        if table is not Job:
            named = named.join_from(table, Job, Job.id == job)
        with db.read() as session:
            found = [row for row in session.execute(named).all() if not target.current_name(row[1])]
        for batch in in_batches(found, ROWS):
            with db.begin(bulk=True) as session:
                for job_id, stored, owner in batch:
                    new = target.seal_name(owner, db.sealer.open_name(stored, owner))
                    mine = update(table).where(job == job_id, film == stored).values(film=new)
                    session.execute(mine.execution_options(synchronize_session=False))


def _digests(db: Database, target: Sealer) -> None:
    """Seals the films of servers' digests anew."""
    with db.begin(bulk=True) as session:
        for one in session.scalars(select(ServerDigest).with_for_update()):
            if not all(target.current_name(film) for film in one.films):
                plain = [db.sealer.open_name(film, one.guild_id) for film in one.films]
                one.films = [target.seal_name(one.guild_id, film) for film in plain]


def _names_of_files(db: Database, target: Sealer) -> None:
    """Seals names of files and columns anew, and the values of errors, which may hold both; job by job."""
    with db.read() as session:
        failed = select(Job.id).where(Job.error_values.is_not(None))
        jobs = session.scalars(union_all(select(Upload.job_id), select(OutputFile.job_id), failed)).all()
    for batch in in_batches(sorted(set(jobs)), ROWS // 10):
        with db.begin(bulk=True) as session:
            for job in session.scalars(select(Job).where(Job.id.in_(batch)).with_for_update()):
                _rename(session, job, db.sealer, target)


def _rename(session: Session, job: Job, old: Sealer, target: Sealer) -> None:
    def anew(stored: str | None) -> str | None:
        if stored is None or target.current_name(stored):
            return stored
        return target.seal_name(job.owner_id, old.open_name(stored, job.owner_id))

    if job.error_values is not None and not current_json(target, job.error_values):
        where = error_place(job.id, job.owner_id)
        job.error_values = stored_json(target, opened_json(old, job.error_values, where), where)
    for output in session.scalars(select(OutputFile).where(OutputFile.job_id == job.id)):
        output.filename = anew(output.filename) or ""
    upload = session.get(Upload, job.id)
    if upload is not None:
        upload.filename = anew(upload.filename) or ""
        upload.text_column, upload.film_column = anew(upload.text_column), anew(upload.film_column)
        upload.date_column = anew(upload.date_column)
        upload.candidates = [anew(one) or "" for one in upload.candidates]
        upload.columns = {role: anew(name) for role, name in upload.columns.items()}
        upload.options = {
            name: anew(value) if name in SEALED_OPTIONS else value for name, value in upload.options.items()
        }
