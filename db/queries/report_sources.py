"""Sources of reports: the summaries of ended jobs, and the verdicts themselves where there is no summary.

Who sees a verdict is who sees its job, so every query here starts from the jobs that the viewer sees.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    CTE,
    Boolean,
    ColumnElement,
    Integer,
    LargeBinary,
    Select,
    Table,
    and_,
    cast,
    column,
    func,
    or_,
    select,
    table,
    text,
    true,
    union_all,
)
from sqlalchemy.orm import Session

from common.film_names import FilmKey, KnownFilms, spellings, title_of
from db.crypto import NAME, session_sealer
from db.dialect import film_name, is_sqlite
from db.queries.summaries import FILM, SUM_NAMES, bin_columns, sum_columns, verdict_counts
from db.tables import BIN_NAMES, Job, Prediction, report_days, report_films
from db.types import Viewer
from db.visibility import visible_clauses

SEALED_LOOKED_AT: Final = 20_000
"""So many sealed names are opened to find one that is written in another case: a tenth of a second."""


def snapshot(session: Session) -> None:
    """Makes all that the session reads be of one moment: a job may be summed up between two queries."""
    if not is_sqlite(session):
        session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))


_SEEN: Final = table("seen", column("id", Integer), column("rolled_up", Boolean))
"""Jobs that are seen by their name alone, for statements that are made once for all who ask."""


class VisibleJobs:
    """Jobs that the viewer sees, or the one of them that is asked for."""

    def __init__(self, viewer: Viewer | None, job_id: int | None = None) -> None:
        """`viewer` None: the host, who sees all jobs."""
        scope = [true()] if viewer is None else visible_clauses(viewer, Job)
        parts = [select(Job.id, Job.rolled_up, Job.kind).where(leg) for leg in scope]
        if job_id is not None:
            parts = [part.where(Job.id == job_id) for part in parts]
        jobs: CTE = union_all(*parts).cte(_SEEN.name)
        self.jobs: CTE = jobs
        self.all: Select[Any] = select(jobs.c.id)
        self.rolled: Select[Any] = select(jobs.c.id).where(jobs.c.rolled_up)
        self.unrolled: Select[Any] = select(jobs.c.id).where(~jobs.c.rolled_up)
        self.files: Select[Any] = select(jobs.c.id).where(jobs.c.kind == "file")
        self.with_stars: Select[Any] = select(Job.id).where(Job.id.in_(self.all), Job.star_sums.is_not(None))
        self.with_aspects: Select[Any] = select(Job.id).where(Job.id.in_(self.all), Job.aspect_sums.is_not(None))
        self.has_stars = True
        """Whether verdicts among them may have stars; `look_for_stars` finds out."""
        self.messages: Select[Any] = select(jobs.c.id).where(jobs.c.kind == "message")

    def look_for_stars(self, session: Session) -> None:
        """Finds out whether any of these jobs has stars: where none has, they are not added up."""
        self.has_stars = session.scalar(self.with_stars.limit(1)) is not None


def between(day: Any, since: date | None, until: date | None) -> list[ColumnElement[bool]]:
    """The days from `since` to `until`, both included."""
    return [*([day >= since] if since is not None else []), *([day <= until] if until is not None else [])]


@dataclass(frozen=True, slots=True)
class FoundFilm:
    """`stored`: the names under which a film is stored. `others`: the films of that name and a year, where the film
    that was asked for has none and could be any of them."""

    stored: list[str]
    others: tuple[str, ...] = ()


def find_film(session: Session, seen: VisibleJobs, film: str) -> FoundFilm:
    """How the film is stored in what is seen, however it is written (`common.film_names`)."""
    name = film_name(film) or ""
    sealer = session_sealer(session)
    is_spelled = _spelled(session, name)
    opened = {one: sealer.open_name(one) for one in _films(session, seen, is_spelled)}
    if sealer.active:
        sealed = _films(session, seen, lambda column: column.startswith(NAME))
        opened.update({one: sealer.open_name(one) for one in sealed})
    known = KnownFilms(opened.values())
    wanted = known.key(name)
    stored = {one for one, plain in opened.items() if known.key(plain) == wanted}
    if sealer.active:
        owners = session.scalars(select(Job.owner_id).where(Job.id.in_(seen.all)).distinct())
        stored.update(form for owner in owners for form in sealer.name_forms(owner, name))
    titles = {one: known.key(one) for one in opened.values()}
    others = [
        title_of((one, 1) for one, key in titles.items() if key == FilmKey(wanted.name, year))
        for year in known.years(name)
    ]
    return FoundFilm(sorted(stored), tuple(others))


def films_named(session: Session, seen: VisibleJobs, film: str) -> list[str]:
    """The names under which the film is stored in what is seen."""
    return find_film(session, seen, film).stored


def films_seen(session: Session, seen: VisibleJobs) -> set[str]:
    """The names of all films of what is seen, opened; at most `SEALED_LOOKED_AT` of each source."""
    sealer = session_sealer(session)
    return {sealer.open_name(one) for one in _films(session, seen, lambda column: column != "")}


def _spelled(session: Session, name: str) -> Callable[[Any], ColumnElement[bool]]:
    """Whether a column may hold this film, with any year: plain letters are compared here, names with others in Python
    (no database folds accents and wide signs as `common.film_names` does)."""
    starts = sorted(spellings(name))
    ends = ("", " (%", "(%", " [%", "[%", " ____", ",____", ", ____", " , ____", " - ____")

    def fits(column: Any) -> ColumnElement[bool]:
        plain = func.lower(column)
        escaped = [one.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") for one in starts]
        likes = [plain.like(one + end, escape="\\") for one in escaped for end in ends]
        return and_(column != "", or_(*likes, _bytes(session, column) > func.length(column)))

    return fits


def _films(session: Session, seen: VisibleJobs, fit: Callable[[Any], ColumnElement[bool]]) -> list[str]:
    """Films of what is seen, as stored; at most `SEALED_LOOKED_AT` of each source.

    Plain letters come first, and of those the shortest: who shares a file of made-up names hides no film behind them.
    """
    sources = ((report_films.c.film, report_films.c.job_id.in_(seen.rolled)),
               (Prediction.film, Prediction.job_id.in_(seen.unrolled)))  # fmt: skip
    found: list[str] = []
    for film, mine in sources:
        order = (_bytes(session, film) > func.length(film), func.length(film), film)
        query = select(film).where(mine, fit(film)).group_by(film).order_by(*order).limit(SEALED_LOOKED_AT)
        found += map(str, session.scalars(query))
    return found


def _bytes(session: Session, column: Any) -> ColumnElement[int]:
    return func.length(cast(column, LargeBinary)) if is_sqlite(session) else func.octet_length(column)


def of_films(seen: VisibleJobs, names: Sequence[str]) -> list[ColumnElement[bool]]:
    """The verdicts seen on these films, found through the jobs that hold one."""
    holding = select(report_films.c.job_id).where(
        report_films.c.film.in_(names), report_films.c.job_id.in_(seen.rolled)
    )
    return [Prediction.job_id.in_(union_all(holding, seen.unrolled)), Prediction.film.in_(names)]


def by_day(seen: VisibleJobs, since: date | None, until: date | None) -> Select[Any]:
    """(day, sums, bins) of everything seen in the period; a day may come twice."""
    if since is until is None:
        return _all_days(seen.has_stars).add_cte(seen.jobs)
    return _days((since, until), stars=seen.has_stars).add_cte(seen.jobs)


def by_film(seen: VisibleJobs) -> Select[Any]:
    """(film, sums) of everything seen; a film comes once, the one with most verdicts first."""
    return _all_films(seen.has_stars).add_cte(seen.jobs)


def _days(period: tuple[date | None, date | None], *, stars: bool) -> Select[Any]:
    return _both(report_days, report_days.c.day, Prediction.day, period, bins=True, stars=stars)


@cache
def _all_days(stars: bool) -> Select[Any]:
    """Made once: SQLAlchemy takes longer to make its columns than a database to read a few jobs."""
    return _days((None, None), stars=stars)


@cache
def _all_films(stars: bool) -> Select[Any]:
    both = _both(report_films, report_films.c.film, FILM, (None, None), bins=False, stars=stars).subquery()
    total = func.sum(both.c.total)
    return (
        select(both.c.key, *(func.sum(both.c[name]).label(name) for name in SUM_NAMES))
        .group_by(both.c.key)
        .order_by(total.desc(), both.c.key)
    )


def count_directly(key: Any, where: Sequence[ColumnElement[bool]], *, bins: bool, stars: bool) -> Select[Any]:
    """(key, sums[, bins]) of the verdicts that fit, counted themselves. `stars`: whether any of them may have some."""
    of = verdict_counts(key.label("key"), where=where, stars=stars)
    return select(of.c.key, *sum_columns(of), *(bin_columns(of) if bins else [])).group_by(of.c.key)


def _both(
    sums: Table, summed_key: Any, key: Any, period: tuple[date | None, date | None], *, bins: bool, stars: bool
) -> Select[Any]:
    """Of the jobs that a CTE called `_SEEN` holds, which the caller adds."""
    rolled = select(_SEEN.c.id).where(_SEEN.c.rolled_up)
    unrolled = select(_SEEN.c.id).where(~_SEEN.c.rolled_up)
    names = (*SUM_NAMES, *(BIN_NAMES if bins else ()))
    summed = (
        select(summed_key.label("key"), *(func.sum(sums.c[name]).label(name) for name in names))
        .where(sums.c.job_id.in_(rolled), *between(summed_key, *period))
        .group_by(summed_key)
    )
    live = [Prediction.job_id.in_(unrolled), *between(Prediction.day, *period)]
    rest = count_directly(key, live, bins=bins, stars=stars)
    both = union_all(summed, rest).subquery()
    return select(both.c.key, *(both.c[name] for name in names))


def jobs_of_period(since: date | None, until: date | None) -> ColumnElement[bool]:
    """Jobs with a verdict in the period."""
    summed = select(report_days.c.job_id).where(
        report_days.c.job_id == Job.id, *between(report_days.c.day, since, until)
    )
    live = select(Prediction.job_id).where(Prediction.job_id == Job.id, *between(Prediction.day, since, until))
    return or_(and_(Job.rolled_up, summed.exists()), and_(~Job.rolled_up, live.exists()))
