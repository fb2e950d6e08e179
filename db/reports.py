"""Reports: counts and averages by day, week, month or film, over what the viewer sees."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from db.engine import Database
from db.results import matching, results, view
from db.scope import legs, visible
from db.tables import Job, Prediction
from db.types import BINS, Bucket, Report, ReportFilter, ResultView, SearchFilter, Viewer

EXTREMES: Final = 5
"""How many of the most positive and most negative reviews a report shows."""


@dataclass(slots=True)
class _Tally:
    """Counts of one bucket while it is summed up."""

    total: int = 0
    probability: float = 0.0
    labels: dict[str, int] = field(default_factory=lambda: {"positive": 0, "negative": 0, "uncertain": 0})

    def add(self, label: str, n: int, probability: float) -> None:
        self.total += n
        self.probability += probability
        self.labels[label] += n

    def bucket(self, key: str) -> Bucket:
        counts = self.labels
        mean = self.probability / self.total
        return Bucket(key, self.total, counts["positive"], counts["negative"], counts["uncertain"], mean)


def summary(db: Database, viewer: Viewer, wanted: ReportFilter) -> Report:
    """Everything a report shows, over the reviews that fit and that the viewer sees."""
    fit = matching(SearchFilter(film=wanted.film, job_id=wanted.job_id, since=wanted.since, until=wanted.until))
    whole, histogram = _Tally(), [0] * BINS
    buckets: defaultdict[str, _Tally] = defaultdict(_Tally)
    by: ColumnElement[str | None] | ColumnElement[date] = (
        Prediction.film.expression if wanted.by == "film" else Prediction.day.expression
    )
    key = _KEYS[wanted.by]
    groups = (by, Prediction.label, Prediction.bin)
    with db.read() as session:
        for leg in legs(viewer, Prediction):
            query = select(*groups, func.count(), func.sum(Prediction.probability)).where(leg, *fit).group_by(*groups)
            for value, label, bin_, n, probability in session.execute(query).tuples():
                whole.add(label, n, probability)
                histogram[bin_] += n
                buckets[key(value)].add(label, n, probability)
        return Report(
            total=whole.total,
            n_positive=whole.labels["positive"],
            n_negative=whole.labels["negative"],
            n_uncertain=whole.labels["uncertain"],
            mean_probability=whole.probability / whole.total if whole.total else None,
            histogram=tuple(histogram),
            buckets=_ordered([tally.bucket(name) for name, tally in buckets.items()], wanted.by),
            most_positive=_extremes(session, viewer, fit, "positive"),
            most_negative=_extremes(session, viewer, fit, "negative"),
            rejected=_rejected(session, viewer, wanted),
        )


def _week(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


_KEYS: Final[dict[str, Callable[..., str]]] = {
    "day": date.isoformat,
    "week": _week,
    "month": lambda day: f"{day:%Y-%m}",
    "film": lambda film: film or "",
}


def _ordered(buckets: list[Bucket], by: str) -> list[Bucket]:
    return sorted(buckets, key=lambda b: (-b.total, b.key) if by == "film" else (0, b.key))


def _extremes(session: Session, viewer: Viewer, fit: list[ColumnElement[bool]], label: str) -> list[ResultView]:
    """The surest verdicts of a label, surest first."""
    positive = label == "positive"
    order = Prediction.probability.desc() if positive else Prediction.probability.asc()
    query = results().where(Prediction.label == label, *fit).order_by(order, Prediction.review_id).limit(EXTREMES)
    found = [view(row) for leg in legs(viewer, Prediction) for row in session.execute(query.where(leg))]
    return sorted(found, key=lambda one: (-one.probability if positive else one.probability, one.id))[:EXTREMES]


def _rejected(session: Session, viewer: Viewer, wanted: ReportFilter) -> int:
    """Rows without a verdict in the jobs that fit. They have no film and no day of their own: their job's count."""
    query = select(func.sum(Job.rows_rejected + Job.rows_failed)).where(visible(viewer, Job))
    if wanted.job_id is not None:
        query = query.where(Job.id == wanted.job_id)
    if wanted.film is not None:
        query = query.where(func.lower(Job.film) == wanted.film.strip().lower())
    if wanted.since is not None:
        query = query.where(Job.created_at >= _midnight(wanted.since))
    if wanted.until is not None:
        query = query.where(Job.created_at < _midnight(wanted.until + timedelta(days=1)))
    return session.scalar(query) or 0


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
