"""Reports: counts and averages by day, week, month or film, over what the viewer sees."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from common.film_names import FilmKey, KnownFilms, title_of
from db.crypto import session_sealer
from db.engine import Database
from db.flags import split_flags
from db.queries.aspect_reports import of_report
from db.queries.jobs import hygiene_of
from db.queries.report_sources import (
    FoundFilm,
    VisibleJobs,
    between,
    by_day,
    by_film,
    count_directly,
    films_seen,
    find_film,
    jobs_of_period,
    of_films,
    snapshot,
)
from db.queries.summaries import FILM
from db.queries.top_verdicts import against_stars, most_certain
from db.tables import BIN_NAMES, STAR_NAMES, Correction, Job, Prediction, RejectedRow, report_flags
from db.types import BINS, NO_STARS, Bucket, Report, ReportFilter, ResultView, StarSums, Viewer

MOST_BUCKETS: Final = 2_000
"""Most films that a report lists; a file's film column may turn out to hold a million titles of reviews."""
MOST_NAMES: Final = 20_000
"""So many names, the most reviewed first, are put together to films; what is written in yet others stands alone."""


@dataclass(slots=True)
class _Tally:
    """Sums of one bucket, or of all, while they are added up."""

    total: int = 0
    n_positive: int = 0
    n_negative: int = 0
    n_uncertain: int = 0
    n_flagged: int = 0
    probability: float = 0.0
    squares: float = 0.0
    stars: StarSums = NO_STARS
    bins: list[int] = field(default_factory=lambda: [0] * BINS)

    def add(self, row: Any) -> None:
        """Adds a row of `db.queries.report_sources`."""
        self.total += int(row.total)  # PostgreSQL adds whole numbers up to a Decimal
        self.n_positive += int(row.n_positive)
        self.n_negative += int(row.n_negative)
        self.n_uncertain += int(row.n_uncertain)
        self.n_flagged += int(row.n_flagged)
        self.probability += row.probability
        self.squares += row.squares
        self.stars += StarSums.of([getattr(row, name) for name in STAR_NAMES])
        if hasattr(row, BIN_NAMES[0]):
            for index, name in enumerate(BIN_NAMES):
                self.bins[index] += int(getattr(row, name))

    @property
    def mean(self) -> float | None:
        return self.probability / self.total if self.total else None

    @property
    def deviation(self) -> float | None:
        if self.total < 2:
            return None
        spread = self.squares - self.probability * self.probability / self.total
        return math.sqrt(max(0.0, spread) / (self.total - 1))

    def bucket(self, key: str) -> Bucket:
        """The finished bucket; there is none without a review."""
        return Bucket(
            key,
            self.total,
            self.n_positive,
            self.n_negative,
            self.n_uncertain,
            self.probability / self.total,
            self.n_flagged,
            self.deviation,
            self.stars,
        )


def summary(db: Database, viewer: Viewer, wanted: ReportFilter) -> Report:
    """Everything a report shows, over the reviews that fit and that the viewer sees."""
    return _summary(db, VisibleJobs(viewer, wanted.job_id), wanted)


def summary_of_all(db: Database, wanted: ReportFilter) -> Report:
    """The same over everybody's reviews, for the host's command line."""
    return _summary(db, VisibleJobs(None, wanted.job_id), wanted)


def _summary(db: Database, seen: VisibleJobs, wanted: ReportFilter) -> Report:
    with db.read() as session:
        snapshot(session)
        seen.look_for_stars(session)
        film: list[ColumnElement[bool]] = []
        found = FoundFilm([])
        if wanted.film is not None:
            found = find_film(session, seen, wanted.film)
            film = of_films(seen, found.stored)
        whole, buckets, n_buckets = _tallies(session, seen, wanted, film)
        period = {"since": wanted.since, "until": wanted.until}
        return Report(
            total=whole.total,
            n_positive=whole.n_positive,
            n_negative=whole.n_negative,
            n_uncertain=whole.n_uncertain,
            mean_probability=whole.mean,
            histogram=tuple(whole.bins),
            buckets=buckets,
            most_positive=most_certain(session, seen, "positive", **period, film=film) if whole.n_positive else [],
            most_negative=most_certain(session, seen, "negative", **period, film=film) if whole.n_negative else [],
            n_flagged=whole.n_flagged,
            deviation=whole.deviation,
            n_buckets=n_buckets,
            stars=whole.stars,
            mismatches=_mismatches(session, seen, wanted, film, whole.stars),
            hygiene=_hygiene(session, seen, wanted),
            aspects=of_report(session, seen, wanted.since, wanted.until, film) if whole.total else (),
            flags=_flags(session, seen, wanted, film) if whole.n_flagged else (),
            film_names=tuple(found.stored),
            other_films=found.others,
            **_rejected(session, seen, wanted, found.stored),
            **_corrected(session, seen, wanted, film),
        )


def _mismatches(
    session: Session, seen: VisibleJobs, wanted: ReportFilter, film: list[ColumnElement[bool]], stars: StarSums
) -> list[ResultView]:
    """Words against stars; of everything together nobody asks them, for that would walk through all verdicts."""
    if stars.rated == stars.agreed or (wanted.job_id is None and not film):
        return []
    where = film or [Prediction.job_id.in_(seen.all)]
    return against_stars(session, [*where, *between(Prediction.day, wanted.since, wanted.until)])


def _hygiene(session: Session, seen: VisibleJobs, wanted: ReportFilter) -> Mapping[str, Any]:
    """Of the one job that is asked for, if it is seen."""
    job_id = None if wanted.job_id is None else session.scalar(seen.all)
    return {} if job_id is None else hygiene_of(session, job_id)


def _tallies(
    session: Session, seen: VisibleJobs, wanted: ReportFilter, film: list[ColumnElement[bool]]
) -> tuple[_Tally, list[Bucket], int]:
    """All together, the buckets, and how many buckets there are."""
    days = between(Prediction.day, wanted.since, wanted.until)
    if film:
        key = FILM if wanted.by == "film" else Prediction.day
        rows = session.execute(count_directly(key, [*film, *days], bins=True, stars=seen.has_stars)).all()
    else:
        rows = session.execute(by_day(seen, wanted.since, wanted.until)).all()
    whole = _Tally()
    for row in rows:
        whole.add(row)
    if wanted.by == "film" and not film:
        buckets, number = _films(session, seen, days)
    elif wanted.by == "film":
        buckets = _by_film(session, rows)
        number = len(buckets)
    else:
        buckets = _grouped(rows, _KEYS[wanted.by])
        number = len(buckets)
    return whole, sorted(buckets, key=lambda one: (-one.total if wanted.by == "film" else 0, one.key)), number


def _films(session: Session, seen: VisibleJobs, days: Sequence[ColumnElement[bool]]) -> tuple[list[Bucket], int]:
    """The largest films, and how many there are."""
    if days:
        mine = [Prediction.job_id.in_(seen.all), *days]
        query = count_directly(FILM, mine, bins=False, stars=seen.has_stars)
        query = query.order_by(query.selected_columns.total.desc(), query.selected_columns.key)
    else:
        query = by_film(seen)
    # No server-side cursor: PostgreSQL walks the index in parallel for a plain query alone.
    number = func.count().over().label("n_films")
    rows = session.execute(query.add_columns(number).limit(MOST_NAMES)).all()
    buckets = _by_film(session, rows, seen if days else None)
    unread = rows[0].n_films - len(rows) if rows else 0
    buckets.sort(key=lambda one: (-one.total, one.key))
    return buckets[:MOST_BUCKETS], len(buckets) + unread


def _by_film(session: Session, rows: Sequence[Any], seen: VisibleJobs | None = None) -> list[Bucket]:
    """One bucket a film, however its name is written, or sealed for several people (`common.film_names`).

    seen: where films are looked for beyond these rows, so that a name without a year means the same in every period.
    """
    sealer = session_sealer(session)
    names = {row.key: sealer.open_name(row.key) if row.key else "" for row in rows}
    known = KnownFilms(names.values())
    if seen is not None and known.open_names(names.values()):
        known.add(films_seen(session, seen))
    tallies: defaultdict[FilmKey, _Tally] = defaultdict(_Tally)
    written: defaultdict[FilmKey, Counter[str]] = defaultdict(Counter)
    for row in rows:
        name = names[row.key]
        film = known.key(name)
        tallies[film].add(row)
        written[film][name] += int(row.total)
    return [tally.bucket(title_of(written[film].items())) for film, tally in tallies.items()]


def _grouped(rows: Iterable[Any], name: Callable[..., str]) -> list[Bucket]:
    """Rows of `db.queries.report_sources` as buckets: days become weeks and months here, the same on both databases."""
    tallies: defaultdict[str, _Tally] = defaultdict(_Tally)
    for row in rows:
        tallies[name(row.key)].add(row)
    return [tally.bucket(key) for key, tally in tallies.items()]


def _week(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


_KEYS: Final[dict[str, Callable[..., str]]] = {
    "day": date.isoformat,
    "week": _week,
    "month": lambda day: f"{day:%Y-%m}",
}


def _flags(
    session: Session, seen: VisibleJobs, wanted: ReportFilter, film: list[ColumnElement[bool]]
) -> tuple[tuple[str, int], ...]:
    counts: Counter[str] = Counter()
    where = film or [Prediction.job_id.in_(seen.unrolled)]
    days = between(Prediction.day, wanted.since, wanted.until)
    live = select(Prediction.flags, func.count()).where(*where, *days, Prediction.flags != "")
    for flags, n in session.execute(live.group_by(Prediction.flags)):
        counts.update(dict.fromkeys(split_flags(flags), n))
    if not film:
        days = between(report_flags.c.day, wanted.since, wanted.until)
        summed = select(report_flags.c.flag, func.sum(report_flags.c.n))
        summed = summed.where(report_flags.c.job_id.in_(seen.rolled), *days).group_by(report_flags.c.flag)
        counts.update(dict(session.execute(summed).all()))
    return _frequent(counts)


def _rejected(session: Session, seen: VisibleJobs, wanted: ReportFilter, names: Sequence[str]) -> dict[str, Any]:
    """Rows without a verdict in the jobs that fit. They have no film and no day of their own: their job's count.

    A job is of a period when one of its reviews is, or, having no review at all, when it was made then.
    """
    lost = Job.rows_rejected + Job.rows_failed
    fit: list[ColumnElement[bool]] = [Job.id.in_(seen.all), lost > 0]
    if wanted.film is not None:
        fit.append(or_(func.lower(Job.film) == wanted.film.strip().lower(), Job.film.in_(names)))
    made = [Job.created_at >= _midnight(wanted.since)] if wanted.since is not None else []
    if wanted.until is not None:
        made.append(Job.created_at < _midnight(wanted.until + timedelta(days=1)))
    if made:
        fit.append(or_(jobs_of_period(wanted.since, wanted.until), and_(Job.rows_done == 0, *made)))
    total = session.scalar(select(func.sum(lost)).where(*fit)) or 0
    codes: Counter[str] = Counter()
    if total:
        by_code = select(RejectedRow.code, func.count()).where(RejectedRow.job_id.in_(select(Job.id).where(*fit)))
        codes.update(dict(session.execute(by_code.group_by(RejectedRow.code)).all()))
    return {"rejected": total, "rejected_codes": _frequent(codes)}


def _corrected(
    session: Session, seen: VisibleJobs, wanted: ReportFilter, film: list[ColumnElement[bool]]
) -> dict[str, Any]:
    """What people said of the verdicts that fit. `+ 0` keeps the walk to the few corrections, off the index of jobs."""
    where = film or [(Prediction.job_id + 0).in_(seen.all)]
    days = between(Prediction.day, wanted.since, wanted.until)
    same = func.sum(case((Correction.label == Prediction.label, 1), else_=0))
    query = select(func.count(), func.count(Correction.review_id.distinct()), same)
    query = query.select_from(Correction).join(Prediction, Prediction.review_id == Correction.review_id)
    corrections, verdicts, agreed = session.execute(query.where(*where, *days)).one()
    return {"corrections": corrections, "corrected": verdicts, "agreed": int(agreed or 0)}


def _frequent(counts: Counter[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(((name, int(n)) for name, n in counts.items()), key=lambda one: (-one[1], one[0])))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
