"""Reading an upload into rows: idempotent, so that an attempt killed in the middle is simply done again."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise, takewhile
from typing import Any, Final, Literal

from sqlalchemy import case, exists, func, insert, select, update
from sqlalchemy.orm import Session

from db.clock import db_time
from db.crypto import Sealer, review_place, sealed_name, sealed_reading
from db.dialect import copy_rows, film_name, insert_rows, storable
from db.digests import text_hasher
from db.engine import Database
from db.errors import JobFinished, NoColumnWanted, NoSuchColumn, NotYours
from db.queries.jobs import upload_info
from db.queue import leases
from db.queue.completion import add_chunk
from db.tables import Chunk, Job, Review, Upload
from db.types import TERMINAL, Claim, FileNote, NewRejected, NewReview, UploadInfo, Viewer, WakeUp
from db.visibility import visible_job

MAX_ROWS: Final = 5_000
"""Most rows in one transaction: SQLite has one write lock, and a member's message waits for it."""

LAST_CHUNKS: Final = 2
"""Whole chunks at the end of a file that are cut into quarters."""
MOST_NAMES: Final = 25
MOST_NOTES: Final = 10
"""Columns of a file that are kept for a choice: as many as a menu of Discord holds."""
LEAST_LAST_ROWS: Final = 100
"""Smaller than this no chunk is made for the sake of the end: each costs a dozen milliseconds beside its rows."""

_REVIEWS_SQLITE = """
    INSERT INTO reviews (job_id, row_number, text, film, day, text_hash, rating) VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (job_id, row_number) DO NOTHING
"""
_REVIEWS_POSTGRESQL = """
    INSERT INTO reviews (job_id, row_number, text, film, day, text_hash, rating)
    SELECT * FROM unnest(%s::bigint[], %s::int[], %s::text[], %s::text[], %s::date[], %s::bigint[], %s::smallint[])
    ON CONFLICT (job_id, row_number) DO NOTHING
"""
_REVIEWS_COPY = "COPY reviews (job_id, row_number, text, film, day, text_hash, rating) FROM STDIN"
_REJECTED_SQLITE = """
    INSERT INTO rejected_rows (job_id, row_number, code, reason) VALUES (?, ?, ?, ?)
    ON CONFLICT (job_id, row_number) DO NOTHING
"""
_REJECTED_POSTGRESQL = """
    INSERT INTO rejected_rows (job_id, row_number, code, reason)
    SELECT * FROM unnest(%s::bigint[], %s::int[], %s::text[], %s::text[])
    ON CONFLICT (job_id, row_number) DO NOTHING
"""


def open_upload(db: Database, claim: Claim) -> UploadInfo:
    """The input file of the claimed job; NotFound when it was deleted with the retention time."""
    with db.read() as session:
        return upload_info(session, db.sealer, claim.job_id)


def ingest_rows(
    db: Database,
    claim: Claim,
    reviews: Sequence[NewReview],
    rejected: Sequence[NewRejected],
    *,
    lease_s: float = leases.LEASE_S,
) -> bool:
    """Stores up to 5,000 rows in one transaction and extends the lease; rows that are there already are left alone.

    False: the claim was lost or the job cancelled, and nothing is stored. Raises ValueError for more rows.
    """
    if len(reviews) + len(rejected) > MAX_ROWS:
        raise ValueError(f"{len(reviews) + len(rejected)} rows in one transaction, at most {MAX_ROWS}")
    hashed = text_hasher(db)
    with db.begin(bulk=True) as session:
        job = _held_job(session, claim, lease_s)
        if job is None:
            return False
        new = _insert_reviews(session, job, reviews, db.sealer, hashed)
        refused = insert_rejected(session, job.id, rejected)
        if new or refused:
            job.rows_total += new + refused
            job.rows_rejected += refused
            # An attempt that was broken off stored whole batches: this one's rows are new, or none is.
            job.stored_bytes += sum(len(review.text.encode("utf-8", "replace")) for review in reviews) if new else 0
            job.version += 1
            # New rows are progress: only attempts that bring none count towards giving up.
            session.execute(update(Chunk).where(Chunk.id == claim.chunk_id).values(tries=0))
        return True


def _held_job(session: Session, claim: Claim, lease_s: float) -> Job | None:
    job = leases.lock_job(session, claim.job_id)
    if leases.in_state(job, "ingesting") and leases.renew(session, claim, lease_s):
        return job
    return None


def _insert_reviews(
    session: Session, job: Job, reviews: Sequence[NewReview], sealer: Sealer, hashed: Callable[[int, str], int]
) -> int:
    sqlite = session.get_bind().dialect.name == "sqlite"
    job_id, owner = job.id, job.owner_id

    @cache  # a file names the same films again and again
    def film(name: str | None) -> str | None:
        return sealed_name(sealer, owner, film_name(name))

    rows: list[tuple[Any, ...]] = [
        (
            job_id,
            review.row_number,
            sealer.seal(text, review_place(job_id, review.row_number, owner) if sealer.active else b""),
            film(review.film),
            review.day.isoformat() if sqlite and review.day else review.day,
            hashed(owner, text),
            review.rating,
        )
        for review, text in ((review, storable(review.text)) for review in reviews)
    ]
    if rows and not sqlite and not _begun(session, job_id, reviews):
        return copy_rows(session, postgresql_copy=_REVIEWS_COPY, rows=rows)
    return insert_rows(session, sqlite_sql=_REVIEWS_SQLITE, postgresql_sql=_REVIEWS_POSTGRESQL, rows=rows)


def _begun(session: Session, job_id: int, reviews: Sequence[NewReview]) -> bool:
    """Whether an earlier attempt stored some of these; nobody else can meanwhile, for the job is locked."""
    first, last = (pick(review.row_number for review in reviews) for pick in (min, max))
    some = exists().where(Review.job_id == job_id, Review.row_number.between(first, last))
    return bool(session.scalar(select(some)))


def insert_rejected(session: Session, job_id: int, rejected: Sequence[NewRejected]) -> int:
    """Stores rows without a verdict and returns how many were new."""
    rows = [(job_id, row.row_number, row.code, storable(row.reason)) for row in rejected]
    return insert_rows(session, sqlite_sql=_REJECTED_SQLITE, postgresql_sql=_REJECTED_POSTGRESQL, rows=rows)


def finish_ingest(
    db: Database,
    claim: Claim,
    *,
    chunk_rows: int,
    rows_total: int,
    columns: dict[str, str | None],
    names: Sequence[str] = (),
    notes: Sequence[FileNote] = (),
    ends: Sequence[int] = (),
    most_ends: int = 1,
    hygiene: Mapping[str, Any] | None = None,
    ahead_to: int = 0,
) -> bool:
    """Cuts the accepted rows into chunks of `chunk_rows` and starts the scoring; `columns` are those that were read.

    `names`: of the file's columns, from which its owner can choose another one for the text. `notes`: what else its
    card says of how it was read.
    `ends`: numbers of the rows, in order, at which some measure of length is full, again and again; a chunk with more
    of them than `most_ends` is cut. A file without a row to score goes straight to 'finishing'. False: the claim was
    lost, and nothing is stored. `hygiene`: what deserves a second look, as in `JobView`. `ahead_to`: the last row that
    may have been scored while the file was read.
    """
    # Outside of the write transaction, because it takes seconds for a million rows; only this claim can add any.
    with db.read() as session:
        ranges = list(_cut(session, claim.job_id, _ranges(session, claim.job_id, chunk_rows), ends, most_ends))
    ranges = _in_turn(ranges, chunk_rows, ahead_to)
    with db.begin(bulk=True) as session:
        job = leases.lock_job(session, claim.job_id)
        if not (leases.in_state(job, "ingesting") and leases.end_claim(session, claim, "done")):
            return False
        job.rows_total = rows_total
        job.version += 1
        session.execute(
            update(Upload)
            .where(Upload.job_id == job.id)
            .values(
                columns=sealed_reading(db.sealer, job.owner_id, _storable(columns), notes[:MOST_NOTES]),
                hygiene=dict(hygiene or {}),
                candidates=[db.sealer.seal_name(job.owner_id, storable(name)) for name in names[:MOST_NAMES]],
            )
        )
        if not ranges:
            job.state = "finishing"
            add_chunk(session, job, "finish")
            return True
        job.state = "active"
        shared = {"job_id": job.id, "kind": "score", "queue": "bulk", "state": "pending"}
        session.execute(
            insert(Chunk),
            [{**shared, "first_row": first, "last_row": last, "rows": rows} for first, last, rows in ranges],
        )
        return True


def _storable(columns: Mapping[str, str | None]) -> dict[str, str | None]:
    return {role: None if name is None else storable(name) for role, name in columns.items()}


Range = tuple[int, int, int]


def _ranges(session: Session, job_id: int, chunk_rows: int) -> list[Range]:
    """(first row, last row, rows) of each chunk: as many accepted rows each, whatever was rejected between them.

    The last rows come in quarters of a chunk, so that no worker is long at its last one while the others are done.
    """
    small = max(chunk_rows // 4, LEAST_LAST_ROWS)
    n = session.scalar(select(func.count()).where(Review.job_id == job_id)) or 0
    whole = n if small >= chunk_rows else max(0, n // chunk_rows - LAST_CHUNKS) * chunk_rows
    place = (func.row_number().over(order_by=Review.row_number) - 1).label("place")
    placed = select(Review.row_number, place).where(Review.job_id == job_id).subquery()
    at = placed.c.place
    chunk = case((at < whole, at - at % chunk_rows), else_=at - (at - whole) % small)
    row = placed.c.row_number
    cut = select(func.min(row), func.max(row), func.count()).group_by(chunk).order_by(func.min(row))
    return [(first, last, rows) for first, last, rows in session.execute(cut)]


def _in_turn(ranges: Sequence[Range], chunk_rows: int, ahead_to: int) -> list[Range]:
    """The ranges in the order in which they are scored: what is scored already, or just now, late, the small ones last.

    So no chunk begins with rows that another worker is at, and the end of the file still comes in small pieces.
    """
    small = sum(1 for _ in takewhile(lambda one: one[2] < chunk_rows, reversed(ranges)))
    whole, last = ranges[: len(ranges) - small], ranges[len(ranges) - small :]
    return [*(one for one in whole if one[1] > ahead_to), *(one for one in whole if one[1] <= ahead_to), *last]


def _cut(
    session: Session, job_id: int, ranges: Sequence[Range], ends: Sequence[int], most_ends: int
) -> Iterator[Range]:
    """The ranges, those with more than `most_ends` of `ends` in pieces of so many."""
    for first, last, rows in ranges:
        inside = ends[bisect_left(ends, first) : bisect_left(ends, last)]
        if len(inside) <= most_ends:
            yield first, last, rows
            continue
        for before, end in pairwise((first - 1, *inside[most_ends - 1 :: most_ends], last)):
            row = Review.row_number
            piece = select(func.min(row), func.max(row), func.count()).where(Review.job_id == job_id)
            low, high, count = session.execute(piece.where(row > before, row <= end)).one()
            if count:
                yield low, high, count


def ask_column(db: Database, claim: Claim, candidates: list[str], asks: Literal["column", "sheet"] = "column") -> bool:
    """Stops reading until the owner chose one of the columns: job 'needs_column'. False: the claim was lost.

    `asks`: what the candidates are; "sheet" for the files of an archive.
    """
    with db.begin() as session:
        job = leases.lock_job(session, claim.job_id)
        if not (leases.in_state(job, "ingesting") and leases.end_claim(session, claim, "done")):
            return False
        job.state = "needs_column"
        job.version += 1
        stored = [db.sealer.seal_name(job.owner_id, storable(name)) for name in candidates]
        upload = session.get_one(Upload, job.id)
        upload.candidates = stored
        upload.options = {**upload.options, "asks": asks}
        return True


def choose_column(db: Database, viewer: Viewer, job_id: int, column: str) -> WakeUp:
    """The owner's choice; reading starts anew: publish the chunk.

    Raises NotFound, NotYours, JobFinished, NoColumnWanted (chosen before), NoSuchColumn.
    """
    with db.begin() as session:
        if visible_job(session, viewer, job_id).owner_id != viewer.user_id:
            raise NotYours("file")
        job = leases.lock_job(session, job_id)
        if job.state in TERMINAL:
            raise JobFinished(job_id, job.state)
        if job.state != "needs_column":
            raise NoColumnWanted(job_id)
        upload = session.get_one(Upload, job_id)
        candidates = [db.sealer.open_name(one, job.owner_id) for one in upload.candidates]
        if column not in candidates:
            raise NoSuchColumn(column, tuple(candidates))
        chosen = db.sealer.seal_name(job.owner_id, column)
        if upload.options.get("asks") == "sheet":
            upload.options = {**upload.options, "sheet": chosen}
        else:
            upload.text_column = chosen
        job.state = "ingesting"
        job.version += 1
        chunk = add_chunk(session, job, "ingest")
        chunk.state, chunk.rings = "queued", 1
        chunk.queued_at = chunk.rung_at = db_time()
        session.flush()
        return WakeUp(chunk.id, "ingest", "bulk")
