"""What reviews praise and blame in a report: counts by aspect, those of all other films beside them, and quotes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from common.aspects import NAMES
from db.crypto import opened, opened_name, review_place, session_sealer
from db.queries.aspect_sums import SUMS, Sums, count_sums, stored_sums
from db.queries.report_sources import VisibleJobs, between
from db.tables import Prediction, Review, aspects, report_aspects
from db.types import AspectCount, Quote

QUOTED: Final = 2_000
"""Newest judged reviews among which a report looks for clauses to quote."""


def of_report(
    session: Session,
    seen: VisibleJobs,
    since: date | None,
    until: date | None,
    film: Sequence[ColumnElement[bool]],
) -> tuple[AspectCount, ...]:
    """The aspects of everything that is seen in the period, or of one film (`db.queries.report_sources.of_films`)
    beside all others."""
    if session.scalar(seen.with_aspects.limit(1)) is None:
        return ()
    days = between(Prediction.day, since, until)
    whole = _seen(session, seen, since, until)
    own = count_sums(session, [*film, *days]) if film else whole
    quotes = _quotes(session, [*(film or [Prediction.job_id.in_(seen.with_aspects)]), *days])
    found = []
    for number, name in enumerate(NAMES):
        if number not in own:
            continue
        counts = own[number]
        others = (whole[number][0] - counts[0], whole[number][1] - counts[1]) if film else (0, 0)
        said = AspectCount(name, counts[0], counts[1], counts[2], *others)
        found.append(replace(said, quotes=(quotes.get((number, 1)), quotes.get((number, -1)))))
    return tuple(found)


def _seen(session: Session, seen: VisibleJobs, since: date | None, until: date | None) -> Sums:
    days = between(report_aspects.c.day, since, until)
    summed = select(report_aspects.c.aspect, *(func.sum(report_aspects.c[name]).label(name) for name in SUMS))
    summed = summed.where(report_aspects.c.job_id.in_(seen.rolled), *days).group_by(report_aspects.c.aspect)
    sums: Sums = {row.aspect: [int(getattr(row, name)) for name in SUMS] for row in session.execute(summed)}
    if since is until is None:
        live = stored_sums(session, seen.unrolled)
    else:
        live = count_sums(session, [Prediction.job_id.in_(seen.unrolled), *between(Prediction.day, since, until)])
    for aspect, counts in live.items():
        sums[aspect] = [a + b for a, b in zip(sums.get(aspect, (0, 0, 0)), counts, strict=True)]
    return sums


def _quotes(session: Session, where: Sequence[ColumnElement[bool]]) -> dict[tuple[int, int], Quote]:
    """The surest clause for each aspect and side among the newest reviews whose text can be read."""
    has_some = select(aspects.c.review_id).where(aspects.c.review_id == Prediction.review_id).exists()
    newest = (
        select(Prediction.review_id)
        .join(Review, Review.id == Prediction.review_id)
        .where(*where, Review.text.is_not(None), has_some)
        .order_by(Prediction.review_id.desc())
        .limit(QUOTED)
        .subquery()
    )
    # Of praise the most probable, of blame the least: one order for both.
    order = ((aspects.c.polarity * aspects.c.probability).desc(), aspects.c.review_id, aspects.c.number)
    rank = func.row_number().over(partition_by=(aspects.c.aspect, aspects.c.polarity), order_by=order).label("n")
    columns = (aspects.c.review_id, aspects.c.aspect, aspects.c.polarity, aspects.c.begins, aspects.c.ends, rank)
    sided = (aspects.c.polarity != 0, aspects.c.begins.is_not(None))
    ranked = select(*columns).where(aspects.c.review_id.in_(select(newest.c.review_id)), *sided).subquery()
    query = (
        select(ranked.c.aspect, ranked.c.polarity, ranked.c.begins, ranked.c.ends, Review.row_number, Review.text)
        .add_columns(Prediction.review_id, Prediction.job_id, Prediction.owner_id, Prediction.shared, Prediction.film)
        .join(Prediction, Prediction.review_id == ranked.c.review_id)
        .join(Review, Review.id == ranked.c.review_id)
        .where(ranked.c.n == 1)
    )
    sealer = session_sealer(session)
    found = {}
    for aspect, side, begins, ends, row, text, review_id, job_id, owner, shared, film in session.execute(query):
        whole = opened(text, review_place(job_id, row, owner))
        if whole is not None:
            words = " ".join(whole[begins:ends].split())
            name = opened_name(sealer, film, owner)
            found[aspect, side] = Quote(review_id, job_id, owner, shared, name, words)
    return found
