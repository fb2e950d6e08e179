"""Scoring a chunk: its reviews out, its verdicts in."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Text, exists, func, select, type_coerce
from sqlalchemy.orm import Session

from common.aspects import NUMBERS
from db import verdict_cache
from db.crypto import session_sealer, text_opener
from db.dialect import insert_numbers, insert_rows
from db.engine import Database
from db.flags import join_flags
from db.queries.aspect_sums import SCALE, SIDES
from db.queries.jobs import accuracy_of
from db.queue import leases
from db.queue import model_affinity as pins
from db.queue.completion import after_scoring
from db.queue.ingest import insert_rejected
from db.queue.job_counts import NOT_SCORED, add_scores, set_counts
from db.tables import Chunk, Job, Prediction, Review, Upload
from db.types import Claim, NewRejected, ReviewRow, Score, bin_of

_DELETED: Final = (NOT_SCORED, "its text was deleted")
_NOTHING_NEW: Final[Mapping[int, Score]] = MappingProxyType({})

# Owner, server, film, day and rating come from the stored job and review, so that a verdict can only land on a review
# of the claimed job. A review without a day of its own counts on the day its job was accepted.
_SQLITE = """
    INSERT INTO predictions (review_id, job_id, owner_id, guild_id, shared, shared_in, film, day, label, probability,
                             bin, flags, model, explanation, stars, mixed, rating, created_at)
    SELECT r.id, j.id, j.owner_id, j.guild_id, j.shared, j.shared_in, r.film, coalesce(r.day, date(j.created_at)),
           ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, r.rating, strftime('%Y-%m-%d %H:%M:%f000', 'now')
    FROM reviews r JOIN jobs j ON j.id = r.job_id WHERE r.id = ?1 AND r.job_id = ?10
    ON CONFLICT (review_id) DO NOTHING
"""
_POSTGRESQL = """
    INSERT INTO predictions (review_id, job_id, owner_id, guild_id, shared, shared_in, film, day, label, probability,
                             bin, flags, model, explanation, stars, mixed, rating, created_at)
    SELECT r.id, j.id, j.owner_id, j.guild_id, j.shared, j.shared_in, r.film,
           coalesce(r.day, (j.created_at AT TIME ZONE 'UTC')::date),
           s.label, s.probability, s.bin, s.flags, s.model, s.explanation::json, s.stars, s.mixed, r.rating,
           statement_timestamp()
    FROM unnest(%s::bigint[], %s::text[], %s::float8[], %s::int[], %s::text[], %s::text[], %s::text[], %s::float8[],
                %s::boolean[], %s::bigint[])
         AS s(review_id, label, probability, bin, flags, model, explanation, stars, mixed, job_id)
    JOIN reviews r ON r.id = s.review_id AND r.job_id = s.job_id JOIN jobs j ON j.id = r.job_id
    ON CONFLICT (review_id) DO NOTHING
"""

# Beside verdicts that this transaction stored: they are the claimed job's, and nothing was said of them before.
_ASPECT_COLUMNS: Final = ("review_id", "number", "aspect", "polarity", "probability", "begins", "ends")
# Where some verdicts were there already: as with verdicts, only beside those of the claimed job.
_SQLITE_ASPECTS = """
    INSERT INTO aspects (review_id, number, aspect, polarity, probability, begins, ends)
    SELECT p.review_id, ?2, ?3, ?4, ?5, ?6, ?7 FROM predictions p WHERE p.review_id = ?1 AND p.job_id = ?8
    ON CONFLICT (review_id, number) DO NOTHING
"""
_POSTGRESQL_ASPECTS = """
    INSERT INTO aspects (review_id, number, aspect, polarity, probability, begins, ends)
    SELECT p.review_id, a.number, a.aspect, a.polarity, a.probability, a.begins, a.ends
    FROM unnest(%s::bigint[], %s::smallint[], %s::smallint[], %s::smallint[], %s::smallint[], %s::int[], %s::int[],
                %s::bigint[])
         AS a(review_id, number, aspect, polarity, probability, begins, ends, job_id)
    JOIN predictions p ON p.review_id = a.review_id AND p.job_id = a.job_id
    ON CONFLICT (review_id, number) DO NOTHING
"""


def load_reviews(db: Database, claim: Claim) -> list[ReviewRow]:
    """The claimed chunk's reviews, by row number; one whose text was deleted is never scored and not among them."""
    with db.read() as session:
        return reviews_between(session, claim.job_id, claim.first_row, claim.last_row)


def reviews_between(session: Session, job_id: int, first_row: int, last_row: int) -> list[ReviewRow]:
    """Reviews of a job that have a text, from one row to another, by row number."""
    stored = type_coerce(
        Review.text, Text
    )  # opened below at once: an object for each of a million texts takes its time
    columns = (Review.id, Review.row_number, stored, Review.film, Review.day, Review.text_hash, Review.rating)
    among = (Review.job_id == job_id, Review.row_number.between(first_row, last_row), has_text())
    rows = session.execute(select(*columns).where(*among).order_by(Review.row_number)).all()
    owner = session.scalars(select(Job.owner_id).where(Job.id == job_id)).one()
    read = text_opener(session_sealer(session), job_id, owner)
    return [
        ReviewRow(id_, row, read(row, text), film, day, hash_, rating)
        for id_, row, text, film, day, hash_, rating in rows
    ]


class Wanted(NamedTuple):
    """What the sender of a file asked for: the accuracy in percent, None for none; whether to say which rows are mixed,
    and whether to find aspects."""

    accuracy: float | None
    mixed: bool
    aspects: bool


def wanted(db: Database, claim: Claim) -> Wanted:
    """What the sender of the claimed job's file asked for."""
    with db.read() as session:
        options = session.scalar(select(Upload.options).where(Upload.job_id == claim.job_id)) or {}
    return Wanted(accuracy_of(options), bool(options.get("mixed")), bool(options.get("aspects")))


def has_text() -> ColumnElement[bool]:
    """A text that was deleted is not scored, as an empty one or as whatever."""
    return Review.text.is_not(None)


def _rows_of(claim: Claim) -> tuple[ColumnElement[bool], ...]:
    return (Review.job_id == claim.job_id, Review.row_number.between(claim.first_row, claim.last_row))


def commit_scores(
    db: Database, claim: Claim, scores: Sequence[Score], *, model: str, new: Mapping[int, Score] = _NOTHING_NEW
) -> bool:
    """Stores the verdicts on all reviews of the chunk, adds them to the job's counts and moves the job on, in one
    transaction. False: the claim was lost, the job cancelled or begun by another model, and nothing is stored.

    `new`: verdicts under the hashes of their texts, to be known from now on (`db.verdict_cache`). Raises ValueError
    when the scores are not one for each review of the chunk that has a text; the others are rejected.
    """
    with db.begin(bulk=claim.queue == "bulk") as session:
        job = leases.lock_job(session, claim.job_id)
        if not pins.same_model(job, model):
            # Two workers of different versions began a job at once and the other was faster.
            pins.requeue_later(session, Chunk.id == claim.chunk_id, leases.fence(claim), tries=Chunk.tries - 1)
            return False
        if not (leases.in_state(job, "active") and leases.end_claim(session, claim, "done")):
            return False
        unscored, scored_before = _without_text(session, claim)
        _check_complete(session, claim, scores, without=len(unscored) + scored_before)
        if _store(session, claim.job_id, scores, model) == len(scores):
            add_scores(job, scores)
        else:
            _check_stored(session, claim, len(scores) + scored_before)
            set_counts(session, job)
        job.rows_failed += insert_rejected(session, job.id, [NewRejected(row, *_DELETED) for row in unscored])
        verdict_cache.store(session, new, model=model)
        job.model = model
        job.version += 1
        after_scoring(session, job)
        return True


def _without_text(session: Session, claim: Claim) -> tuple[list[int], int]:
    """Numbers of the chunk's rows whose text went before they were scored, and how many went afterwards."""
    scored = exists().where(Prediction.review_id == Review.id)
    rows = session.execute(select(Review.row_number, scored).where(*_rows_of(claim), ~has_text())).all()
    return [row for row, before in rows if not before], sum(bool(before) for _, before in rows)


def _check_complete(session: Session, claim: Claim, scores: Sequence[Score], *, without: int) -> None:
    rows = session.scalar(select(Chunk.rows).where(Chunk.id == claim.chunk_id))
    distinct = len({score.review_id for score in scores})
    if not (rows == len(scores) + without and len(scores) == distinct):
        raise ValueError(f"chunk {claim.chunk_id} has {rows} reviews and got {len(scores)} scores of {distinct}")


def _check_stored(session: Session, claim: Claim, rows: int) -> None:
    """Fewer rows were new than scored: fine when the others were there before, and only then."""
    query = select(func.count()).select_from(Prediction).join(Review, Review.id == Prediction.review_id)
    if session.scalar(query.where(*_rows_of(claim))) != rows:
        raise ValueError(f"chunk {claim.chunk_id} got scores for reviews that are not its own")


def _store(session: Session, job_id: int, scores: Sequence[Score], model: str) -> int:
    """Inserts verdicts and returns how many were new."""
    rows: list[tuple[Any, ...]] = [
        (
            score.review_id,
            score.label,
            float(score.probability),
            bin_of(score.probability),
            join_flags(score.flags),
            model,
            None if score.explanation is None else json.dumps([list(part) for part in score.explanation]),
            score.stars,
            score.mixed,
            job_id,
        )
        for score in scores
    ]
    new = insert_rows(session, sqlite_sql=_SQLITE, postgresql_sql=_POSTGRESQL, rows=rows)
    _store_aspects(session, job_id, scores, all_new=new == len(scores))
    return new


def _store_aspects(session: Session, job_id: int, scores: Sequence[Score], *, all_new: bool) -> None:
    """Inserts what the verdicts' clauses say, a dozen rows for each; `all_new`: as all these verdicts were.

    The rows of new verdicts can meet no others, so that PostgreSQL need not look for those: a third less of its time.
    """
    if not any(score.aspects for score in scores):
        return
    rows = [
        (score.review_id, number, NUMBERS[name], SIDES[polarity], round(probability * SCALE), start, end)
        for score in scores
        for number, (name, start, end, polarity, probability) in enumerate(score.aspects)
    ]
    if all_new:
        insert_numbers(session, table="aspects", columns=_ASPECT_COLUMNS, rows=rows)
    else:
        with_job = [(*row, job_id) for row in rows]
        insert_rows(session, sqlite_sql=_SQLITE_ASPECTS, postgresql_sql=_POSTGRESQL_ASPECTS, rows=with_job)
