"""Summaries of jobs that ended: what a report reads instead of their verdicts.

A job's verdicts are final once it ended, so they are summed up once, beside everything else, and not with every chunk:
in a file of many films and days each chunk meets nearly all of them, and would change as many sums as it has verdicts.
Until a job is `rolled_up` a report counts its verdicts themselves, in the same snapshot: it is exact at any moment.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Integer,
    Label,
    Select,
    Subquery,
    Table,
    case,
    cast,
    delete,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.orm import Session

from db.dialect import insert_for
from db.engine import Database
from db.flags import split_flags
from db.queries.aspect_sums import day_rows
from db.tables import BIN_NAMES, STAR_NAMES, Job, Prediction, report_aspects, report_days, report_films, report_flags
from db.types import AGREES_FROM, DISAGREES_TO, LABELS, TERMINAL, StarSums

ROWS: Final = 2_000
"""Rows that one transaction writes: on SQLite the write lock is given back in between."""
JOBS: Final = 200
"""Jobs that one call sums up."""

COUNT_NAMES: Final = ("total", "n_positive", "n_negative", "n_uncertain", "n_flagged", "probability", "squares")
SUM_NAMES: Final = (*COUNT_NAMES, *STAR_NAMES)
FILM: Final = func.coalesce(Prediction.film, "")


def roll_up_due(db: Database, *, limit: int = JOBS) -> int:
    """Sums up jobs that ended and are not summed up yet, oldest first; how many. Safe in several processes at once."""
    due = select(Job.id, Job.kind).where(~Job.rolled_up, Job.state.in_(TERMINAL)).order_by(Job.id).limit(limit)
    with db.read() as session:
        jobs = session.execute(due).all()
    for job_id, kind in jobs:
        if kind == "file":
            roll_up(db, [job_id])
    if messages := [job_id for job_id, kind in jobs if kind == "message"]:
        roll_up(db, messages)
    return len(jobs)


def roll_up(db: Database, job_ids: Sequence[int]) -> None:
    """Sums up jobs that ended. Repeating it, also at the same time elsewhere, writes the same rows again: none."""
    _copy(db, report_days, _rows(db, job_ids, Prediction.day.label("day"), bins=True))
    _copy(db, report_films, _rows(db, job_ids, FILM.label("film")))
    _copy(db, report_flags, _flag_rows(db, job_ids))
    _copy(db, report_aspects, _aspect_rows(db, job_ids))
    with db.begin() as session:
        ended = update(Job).where(Job.id.in_(job_ids), Job.state.in_(TERMINAL))
        session.execute(ended.values(rolled_up=True).execution_options(synchronize_session=False))


def reset_summary(db: Database, job_id: int) -> None:
    """Drops a job's summary, after its verdicts were changed or deleted; it is summed up anew."""
    with db.begin() as session:
        delete_summary(session, job_id)


def delete_summary(session: Session, job_id: int) -> None:
    """As `reset_summary`, in the caller's transaction."""
    session.execute(update(Job).where(Job.id == job_id).values(rolled_up=False))
    for table in (report_days, report_films, report_flags, report_aspects):
        session.execute(delete(table).where(table.c.job_id == job_id))


def verdict_counts(*keys: Label[Any], where: Sequence[ColumnElement[bool]], stars: bool = True) -> Subquery:
    """Verdicts counted by the keys and by all that sums need: few rows out of one walk over the covering index.

    `stars`: False where none of them has any, which makes the walk a third shorter.
    """
    parts: list[Any] = [Prediction.label, Prediction.bin, (Prediction.flags != "").label("flagged")]
    sums: list[Any] = [
        cast(func.count(), Integer).label("n"),  # the sum of a bigint is a slow numeric on PostgreSQL
        func.sum(Prediction.probability).label("p"),
        func.sum(Prediction.probability * Prediction.probability).label("pp"),
        func.max(Prediction.probability).label("most"),
        func.min(Prediction.probability).label("least"),
        *(_star_parts() if stars else ()),
    ]
    return select(*keys, *parts, *sums).where(*where).group_by(*keys, *parts).subquery()


def _star_parts() -> list[Any]:
    """What `star_columns` needs of verdicts."""
    stars, rating = Prediction.stars, Prediction.rating
    gap = 100 * stars - rating  # null where either is
    return [
        cast(func.count(stars), Integer).label("n_stars"),
        func.sum(stars).label("stars"),
        func.sum(stars * stars).label("star_squares"),
        cast(func.sum(case((rating >= AGREES_FROM, 1), else_=0)), Integer).label("n_high"),
        cast(func.sum(case((rating <= DISAGREES_TO, 1), else_=0)), Integer).label("n_low"),
        cast(func.count(gap), Integer).label("n_gaps"),
        func.sum(gap).label("gap"),
        func.sum(gap * gap).label("gap_squares"),
    ]


def star_columns(of: Subquery) -> list[Label[Any]]:
    """`STAR_NAMES` over `verdict_counts`: what `StarSums.of_scores` adds up."""
    if "n_stars" not in of.c:
        return [literal(0).label(name) for name in STAR_NAMES]
    decided = case((of.c.label == "uncertain", 0), else_=of.c.n_high + of.c.n_low)
    agreed = case((of.c.label == "positive", of.c.n_high), (of.c.label == "negative", of.c.n_low), else_=0)
    sums = {"n_rated": decided, "n_agreed": agreed}
    return [func.coalesce(func.sum(sums[n] if n in sums else of.c[n]), 0).label(n) for n in STAR_NAMES]


def count_stars(session: Session, where: Sequence[ColumnElement[bool]]) -> StarSums:
    """The sums of these verdicts, counted from their rows."""
    return StarSums.of(session.execute(select(*star_columns(verdict_counts(where=where)))).one())


def sum_columns(of: Subquery) -> list[Label[Any]]:
    """`SUM_NAMES` over `verdict_counts`."""
    labels = [func.sum(case((of.c.label == label, of.c.n), else_=0)).label(f"n_{label}") for label in LABELS]
    return [
        func.sum(of.c.n).label("total"),
        *labels,
        func.sum(case((of.c.flagged, of.c.n), else_=0)).label("n_flagged"),
        func.sum(of.c.p).label("probability"),
        func.sum(of.c.pp).label("squares"),
        *star_columns(of),
    ]


def extreme_columns(of: Subquery) -> list[Label[Any]]:
    """The highest probability of a positive, the lowest of a negative; null without one."""
    return [
        func.max(case((of.c.label == "positive", of.c.most))).label("high"),
        func.min(case((of.c.label == "negative", of.c.least))).label("low"),
    ]


def bin_columns(of: Subquery) -> list[Label[Any]]:
    """`BIN_NAMES` over `verdict_counts`."""
    return [func.sum(case((of.c.bin == i, of.c.n), else_=0)).label(name) for i, name in enumerate(BIN_NAMES)]


def _rows(db: Database, job_ids: Sequence[int], key: Label[Any], *, bins: bool = False) -> Iterator[dict[str, Any]]:
    of = verdict_counts(Prediction.job_id.label("job_id"), key, where=[Prediction.job_id.in_(job_ids)])
    keys = (of.c.job_id, of.c[key.name])
    more = [*extreme_columns(of), *bin_columns(of)] if bins else []
    query: Select[Any] = select(*keys, *sum_columns(of), *more).group_by(*keys)
    with db.read() as session:
        for row in session.execute(query, execution_options={"yield_per": ROWS}).mappings():
            yield dict(row)


def _flag_rows(db: Database, job_ids: Sequence[int]) -> Iterator[dict[str, Any]]:
    keys = (Prediction.job_id, Prediction.day, Prediction.flags)
    query = select(*keys, func.count()).where(Prediction.job_id.in_(job_ids), Prediction.flags != "").group_by(*keys)
    reviews: Counter[tuple[int, Any, str]] = Counter()
    with db.read() as session:
        for job_id, day, flags, n in session.execute(query):
            reviews.update({(job_id, day, flag): n for flag in set(split_flags(flags))})
    for (job_id, day, flag), n in reviews.items():
        yield {"job_id": job_id, "day": day, "flag": flag, "n": n}


def _aspect_rows(db: Database, job_ids: Sequence[int]) -> Iterator[dict[str, Any]]:
    with db.read() as session:
        yield from day_rows(session, job_ids)


def _copy(db: Database, table: Table, rows: Iterable[dict[str, Any]]) -> None:
    left = iter(rows)
    while batch := list(islice(left, ROWS)):
        with db.begin(bulk=True) as session:
            session.execute(insert_for(session, table).on_conflict_do_nothing(), batch)
