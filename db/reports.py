"""Reports: counts and averages by day, week, month or film, over what the viewer sees."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session

from db.engine import Database
from db.results import ids, matching, views
from db.scope import legs, visible
from db.tables import Job, Prediction
from db.types import BINS, LABELS, Bucket, Report, ReportFilter, ResultView, SearchFilter, Viewer

EXTREMES: Final = 5
"""How many of the most positive and most negative reviews a report shows."""


_Counts = tuple[int, int, int, int, float]
Conditions = list[ColumnElement[bool]]


@dataclass(slots=True)
class _Tally:
    """Counts of one bucket while it is summed up."""

    total: int = 0
    n_positive: int = 0
    n_negative: int = 0
    n_uncertain: int = 0
    probability: float = 0.0

    def __iadd__(self, counts: _Counts) -> _Tally:
        total, positive, negative, uncertain, probability = counts
        self.total += total
        self.n_positive += positive
        self.n_negative += negative
        self.n_uncertain += uncertain
        self.probability += probability
        return self

    def bucket(self, key: str) -> Bucket:
        """The finished bucket; there is none without a review."""
        mean = self.probability / self.total
        return Bucket(key, self.total, self.n_positive, self.n_negative, self.n_uncertain, mean)


def summary(db: Database, viewer: Viewer, wanted: ReportFilter) -> Report:
    """Everything a report shows, over the reviews that fit and that the viewer sees."""
    fit = matching(SearchFilter(film=wanted.film, job_id=wanted.job_id, since=wanted.since, until=wanted.until))
    with db.read() as session:
        buckets = _buckets(session, viewer, fit, wanted.by)
        total = sum(bucket.total for bucket in buckets)
        probability = math.fsum(bucket.mean_probability * bucket.total for bucket in buckets)
        return Report(
            total=total,
            n_positive=sum(bucket.n_positive for bucket in buckets),
            n_negative=sum(bucket.n_negative for bucket in buckets),
            n_uncertain=sum(bucket.n_uncertain for bucket in buckets),
            mean_probability=probability / total if total else None,
            histogram=_histogram(session, viewer, fit),
            buckets=buckets,
            most_positive=_extremes(session, viewer, fit, "positive"),
            most_negative=_extremes(session, viewer, fit, "negative"),
            rejected=_rejected(session, viewer, wanted, fit),
        )


def _buckets(session: Session, viewer: Viewer, fit: Conditions, by: str) -> list[Bucket]:
    """SQL groups by day or film; days become weeks and months here, the same on both databases."""
    value: Any = Prediction.film if by == "film" else Prediction.day
    labels = [func.sum(case((Prediction.label == label, 1), else_=0)) for label in LABELS]
    query = select(value, func.count(), *labels, func.sum(Prediction.probability)).where(*fit).group_by(value)
    tallies: defaultdict[str, _Tally] = defaultdict(_Tally)
    for leg in legs(viewer, Prediction):
        for group, *counts in session.execute(query.where(leg)):
            tallies[_KEYS[by](group)] += tuple(counts)
    found = [tally.bucket(key) for key, tally in tallies.items()]
    return sorted(found, key=lambda bucket: (-bucket.total if by == "film" else 0, bucket.key))


def _histogram(session: Session, viewer: Viewer, fit: Conditions) -> tuple[int, ...]:
    counts = [0] * BINS
    query = select(Prediction.bin, func.count()).where(*fit).group_by(Prediction.bin)
    for leg in legs(viewer, Prediction):
        for bin_, n in session.execute(query.where(leg)):
            counts[bin_] += n
    return tuple(counts)


def _week(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


_KEYS: Final[dict[str, Callable[..., str]]] = {
    "day": date.isoformat,
    "week": _week,
    "month": lambda day: f"{day:%Y-%m}",
    "film": lambda film: film or "",
}


def _extremes(session: Session, viewer: Viewer, fit: Conditions, label: str) -> list[ResultView]:
    """The surest verdicts of a label, surest first."""
    positive = label == "positive"
    order = Prediction.probability.desc() if positive else Prediction.probability.asc()
    query = ids().where(Prediction.label == label, *fit).order_by(order, Prediction.review_id).limit(EXTREMES)
    chosen = [id_ for leg in legs(viewer, Prediction) for id_ in session.scalars(query.where(leg))]
    return sorted(views(session, chosen), key=lambda one: (-one.probability if positive else one.probability, one.id))[
        :EXTREMES
    ]


def _rejected(session: Session, viewer: Viewer, wanted: ReportFilter, fit: Conditions) -> int:
    """Rows without a verdict in the jobs that fit. They have no film and no day of their own: their job's count.

    A job is of a period when one of its reviews is, or, having no review at all, when it was made then.
    """
    query = select(func.sum(Job.rows_rejected + Job.rows_failed)).where(visible(viewer, Job))
    if wanted.job_id is not None:
        query = query.where(Job.id == wanted.job_id)
    if wanted.film is not None:
        query = query.where(func.lower(Job.film) == wanted.film.strip().lower())
    made = [Job.created_at >= _midnight(wanted.since)] if wanted.since is not None else []
    if wanted.until is not None:
        made.append(Job.created_at < _midnight(wanted.until + timedelta(days=1)))
    if made:
        reviewed = exists().where(Prediction.job_id == Job.id, *fit)
        query = query.where(or_(reviewed, and_(Job.rows_done == 0, *made)))
    return session.scalar(query) or 0


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
