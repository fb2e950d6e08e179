"""Sums of aspects, which jobs and reports keep, and what is stored of single reviews.

A review counts once for each aspect, by what most of its clauses say: who repeats a point does not make it weigh more,
and the intervals of shares stand on reviews that are independent of one another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Integer, Label, Row, Select, Subquery, case, cast, func, select
from sqlalchemy.orm import Session

from common.aspects import NAMES, NUMBERS, Name, Polarity
from db.dialect import is_among_near
from db.tables import Job, Prediction, aspects
from db.types import AspectCount, Judged, Score

SIDES: Final[dict[Polarity, int]] = {"positive": 1, "negative": -1, "neutral": 0}
"""How a polarity is stored."""
POLARITIES: Final[dict[int, Polarity]] = {side: name for name, side in SIDES.items()}
SCALE: Final = 10_000
"""A probability is stored in such parts."""
SUMS: Final = ("n_for", "n_against", "n_neither")
StoredAspect = Row[int, int, int | None, int | None, int, int]
"""(review's id, number of the aspect, start, end, side, probability in parts of `SCALE`)"""
Sums = dict[int, list[int]]
"""For, against and neither by the number of the aspect."""


def known() -> ColumnElement[bool]:
    """Rows of the aspects that this version knows: a newer one may store more beside it, while workers are replaced."""
    return aspects.c.aspect < len(NAMES)


def of_reviews(session: Session, ids: Iterable[int]) -> dict[int, tuple[Judged, ...]]:
    """What is stored of these reviews, in the order of their clauses; those without are missing."""
    return {
        review_id: tuple(
            Judged(NAMES[aspect], begins, ends, POLARITIES[side], parts / SCALE)
            for _, aspect, begins, ends, side, parts in own
        )
        for review_id, own in rows_of_reviews(session, list(ids)).items()
    }


def rows_of_reviews(session: Session, ids: Sequence[int]) -> Mapping[int, Sequence[StoredAspect]]:
    """As `of_reviews`, in the numbers that are stored: for those who want other words of a dozen rows a review."""
    columns = (aspects.c.aspect, aspects.c.begins, aspects.c.ends, aspects.c.polarity, aspects.c.probability)
    mine = is_among_near(session, aspects.c.review_id, ids)
    query = select(aspects.c.review_id, *columns).where(mine, known())
    found: dict[int, list[StoredAspect]] = {}
    # All at once: row by row psycopg takes longer for these than PostgreSQL.
    rows: Sequence[StoredAspect] = session.execute(query.order_by(aspects.c.review_id, aspects.c.number)).all()
    for row in rows:
        found.setdefault(row[0], []).append(row)
    return found


def sums_of_scores(scores: Iterable[Score]) -> Sums:
    """Of verdicts that are about to be stored."""
    sums: Sums = {}
    for score in scores:
        if not score.aspects:  # most files: nobody asked
            continue
        sides: dict[Name, int] = {}
        for name, _, _, polarity, _ in score.aspects:
            sides[name] = sides.get(name, 0) + SIDES[polarity]
        for name, side in sides.items():
            sums.setdefault(NUMBERS[name], [0, 0, 0])[0 if side > 0 else 1 if side < 0 else 2] += 1
    return sums


def added(stored: Sequence[int] | None, more: Mapping[int, Sequence[int]], *, sign: int = 1) -> list[int] | None:
    """The sums of a job, three numbers an aspect, with more of them; None where all are 0.

    Those of aspects that only a newer version knows are kept as they are: they are the newer version's to read.
    """
    size = len(SUMS) * max(len(NAMES), *(aspect + 1 for aspect in more), 0)
    total = [*(stored or ()), *([0] * (size - len(stored or ())))]
    for aspect, counts in more.items():
        for place, n in enumerate(counts, len(SUMS) * aspect):
            total[place] += sign * n
    return total if any(total) else None


def counts_of(stored: Sequence[int] | None) -> tuple[AspectCount, ...]:
    """The sums of a job, of the aspects that any of its reviews speaks of."""
    parts = zip(NAMES, *(list(stored or ())[place :: len(SUMS)] for place in range(len(SUMS))), strict=False)
    return tuple(AspectCount(*part) for part in parts if any(part[1:]))


def count_sums(session: Session, where: Sequence[ColumnElement[bool]]) -> Sums:
    """The sums of these verdicts, counted from their rows."""
    return {row.aspect: [int(getattr(row, name)) for name in SUMS] for row in session.execute(_counted(where))}


def stored_sums(session: Session, job_ids: Select[Any]) -> Sums:
    """The sums of all verdicts of these jobs, as the jobs keep them: no row of a review is read."""
    total: list[int] | None = None
    for stored in session.scalars(select(Job.aspect_sums).where(Job.id.in_(job_ids), Job.aspect_sums.is_not(None))):
        total = added(total, _by_aspect(stored or ()))
    return _by_aspect(total or ())


def _by_aspect(stored: Sequence[int]) -> Sums:
    """Without the aspects that no review speaks of."""
    each = (list(stored[place : place + len(SUMS)]) for place in range(0, len(stored), len(SUMS)))
    return {aspect: counts for aspect, counts in enumerate(each) if any(counts)}


def day_rows(session: Session, job_ids: Sequence[int]) -> Iterator[dict[str, Any]]:
    """Rows of `report_aspects` for these jobs, counted from their verdicts."""
    with_some = select(Job.id).where(Job.id.in_(job_ids), Job.aspect_sums.is_not(None))
    keys = (Prediction.job_id.label("job_id"), Prediction.day.label("day"))
    query = _counted([Prediction.job_id.in_(with_some)], *keys)
    for row in session.execute(query, execution_options={"yield_per": 2_000}).mappings():
        yield dict(row)


def _counted(where: Sequence[ColumnElement[bool]], *keys: Label[Any]) -> Select[Any]:
    side = func.sum(aspects.c.polarity).label("side")
    each = select(*keys, aspects.c.aspect, side).join(Prediction, Prediction.review_id == aspects.c.review_id)
    of = each.where(*where).group_by(*keys, aspects.c.review_id, aspects.c.aspect).subquery()
    by = [*(of.c[key.name] for key in keys), of.c.aspect]
    return select(*by, *_sides(of)).group_by(*by)


def _sides(of: Subquery) -> list[Label[Any]]:
    conditions = (of.c.side > 0, of.c.side < 0, of.c.side == 0)
    return [
        cast(func.sum(case((condition, 1), else_=0)), Integer).label(name)
        for name, condition in zip(SUMS, conditions, strict=True)
    ]
