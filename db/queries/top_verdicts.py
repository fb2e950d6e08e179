"""Top verdicts: the most certain ones of a label, found without reading the others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, select, union_all
from sqlalchemy.orm import Session

from db.queries.report_sources import VisibleJobs, between
from db.queries.results import load_views
from db.tables import Prediction, report_days
from db.types import AGREES_FROM, DISAGREES_TO, ResultView

EXTREMES: Final = 5
"""How many of the most positive and most negative reviews a report shows."""
FEW: Final = 40
"""So many jobs are asked one by one, each for its own surest; of more, all verdicts are sorted."""


def most_certain(
    session: Session,
    seen: VisibleJobs,
    label: str,
    *,
    since: date | None,
    until: date | None,
    film: Sequence[ColumnElement[bool]],
) -> list[ResultView]:
    """The `EXTREMES` surest verdicts of `label`, surest first; `film`: conditions of
    `db.queries.report_sources.of_films`, if any."""
    days = between(Prediction.day, since, until)
    mine = [Prediction.label == label, *days]
    if film:
        chosen = list(session.scalars(_top(label, [*film, *mine])))
    else:
        chosen = [*_summed(session, seen, label, since, until, mine), *_live(session, seen, label, mine)]
    positive = label == "positive"
    verdicts = sorted(
        load_views(session, chosen), key=lambda one: (-one.probability if positive else one.probability, one.id)
    )
    return verdicts[:EXTREMES]


def against_stars(session: Session, where: Sequence[ColumnElement[bool]]) -> list[ResultView]:
    """The `EXTREMES` surest verdicts among these whose file's own stars say the opposite, surest first."""
    sides = (("positive", Prediction.rating <= DISAGREES_TO), ("negative", Prediction.rating >= AGREES_FROM))
    chosen = [id_ for label, other in sides for id_ in session.scalars(_top(label, [*where, _is(label), other]))]
    found = sorted(load_views(session, chosen), key=lambda one: (-abs(one.probability - 0.5), one.id))
    return found[:EXTREMES]


def _is(label: str) -> ColumnElement[bool]:
    return Prediction.label == label


def _order(label: str) -> ColumnElement[Any]:
    return Prediction.probability.desc() if label == "positive" else Prediction.probability.asc()


def _top(label: str, where: Sequence[ColumnElement[bool]]) -> Select[int]:
    query = select(Prediction.review_id).where(*where)
    return query.order_by(_order(label), Prediction.review_id).limit(EXTREMES)


def _summed(
    session: Session,
    seen: VisibleJobs,
    label: str,
    since: date | None,
    until: date | None,
    mine: list[ColumnElement[bool]],
) -> list[int]:
    """Every day of a job knows its surest. Five of those are at least as sure as the fifth: none surer is missed by
    looking only at verdicts as sure as that, in jobs that have one."""
    positive = label == "positive"
    best = report_days.c.high if positive else report_days.c.low
    cells = [report_days.c.job_id.in_(seen.rolled), best.is_not(None), *between(report_days.c.day, since, until)]
    order = best.desc() if positive else best.asc()
    firsts = session.scalars(select(best).where(*cells).order_by(order).limit(EXTREMES)).all()
    if not firsts:
        return []
    if len(firsts) == EXTREMES:
        edge = firsts[-1]
        cells.append(best >= edge if positive else best <= edge)
        mine = [*mine, Prediction.probability >= edge if positive else Prediction.probability <= edge]
    jobs = session.scalars(select(report_days.c.job_id).where(*cells).distinct()).all()
    return list(session.scalars(_top(label, [Prediction.job_id.in_(jobs), *mine])))


def _live(session: Session, seen: VisibleJobs, label: str, mine: list[ColumnElement[bool]]) -> list[int]:
    jobs = session.scalars(seen.unrolled.limit(FEW + 1)).all()
    if not jobs:
        return []
    if len(jobs) > FEW:
        return list(session.scalars(_top(label, [Prediction.job_id.in_(seen.unrolled), *mine])))
    each = [select(_top(label, [Prediction.job_id == job, *mine]).subquery().c.review_id) for job in jobs]
    return list(session.scalars(union_all(*each)))
