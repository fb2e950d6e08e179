"""Digest of a week or a month: its figures beside those of the period before, and when a change is worth an alert."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain
from typing import Final

from common.film_names import FilmKey, KnownFilms, title_of
from common.i18n import listing, quote
from db.types import Bucket, Digest, Every, Report, ReportFilter
from reporting.intervals import Interval, newcombe

HOUR: Final = 8
"""Of the day (UTC) after a period at which its digest is due."""
AHEAD_DAYS: Final = 31
"""A digest that was told of days so far in the future was told by a clock that was wrong."""
TOP_FILMS: Final = 5
MOST_FILMS: Final = 10
"""Films that one digest may be limited to."""
MOVED: Final = 3
FEWEST_MOVED: Final = 30
"""Under so many reviews in either period a film's change is not told."""
ALERT_DAYS: Final = 7
ALERT_BEFORE_DAYS: Final = 28
"""An alert compares so many days with so many before them."""
FEWEST_ALERT: Final = 50
"""Under so many reviews on either side there is no alert."""
COOL_DOWN_DAYS: Final = 28
"""After an alert there is none for so long: the same change would be told again each day."""
Z_99: Final = 2.5758293035489004
"""Of the interval of an alert: it looks every day, and would see chance alone too often at 95 %."""

Ask = Callable[[ReportFilter], Report]


@dataclass(frozen=True, slots=True)
class Period:
    """Days, both included."""

    since: date
    until: date


@dataclass(frozen=True, slots=True)
class Counts:
    """Of some reviews."""

    total: int = 0
    positive: int = 0
    negative: int = 0
    uncertain: int = 0

    @classmethod
    def of(cls, all_buckets: Iterable[Bucket]) -> Counts:
        """All of these together."""
        buckets = list(all_buckets)
        return cls(
            sum(one.total for one in buckets),
            sum(one.n_positive for one in buckets),
            sum(one.n_negative for one in buckets),
            sum(one.n_uncertain for one in buckets),
        )


@dataclass(frozen=True, slots=True)
class FilmCounts:
    """A film in the period and in the one before."""

    name: str
    now: Counts
    before: Counts


@dataclass(frozen=True, slots=True)
class DigestFigures:
    """`films`: the most reviewed first, `moved`: those whose change is no chance; `n_films`: how many have a review."""

    period: Period
    earlier: Period
    now: Counts
    before: Counts
    films: tuple[FilmCounts, ...]
    moved: tuple[FilmCounts, ...]
    n_films: int


def last_period(every: Every, now: datetime) -> Period:
    """The last whole week (Monday to Sunday) or month whose digest is due."""
    today = _day(now)
    if every == "month":
        until = today.replace(day=1) - timedelta(1)
        return Period(until.replace(day=1), until)
    monday = today - timedelta(today.weekday())
    return Period(monday - timedelta(7), monday - timedelta(1))


def _day(now: datetime) -> date:
    """The day of digests and alerts, which begins at `HOUR`."""
    return (now.astimezone(UTC) - timedelta(hours=HOUR)).date()


def period_before(every: Every, period: Period) -> Period:
    """The week or month just before."""
    until = period.since - timedelta(1)
    return Period(until.replace(day=1) if every == "month" else until - timedelta(6), until)


def next_digest(every: Every, now: datetime) -> datetime:
    """When the next one is due."""
    after = last_period(every, now).until + timedelta(1)
    day = (after + timedelta(32)).replace(day=1) if every == "month" else after + timedelta(7)
    return datetime.combine(day, time(HOUR), UTC)


def is_due(one: Digest, now: datetime) -> Period | None:
    """The period that is to be told; of several that were missed the last alone."""
    period = last_period(one.every, now)
    return period if one.told_until < period.until else None


def is_ahead(one: Digest, now: datetime) -> bool:
    """Whether a wrong clock told it of days that are far in the future."""
    return one.told_until > now.date() + timedelta(AHEAD_DAYS)


def alert_due(one: Digest, now: datetime) -> date | None:
    """The day on which an alert is to be looked for, once a day; None while there is nothing to look for."""
    today = _day(now)
    if not one.alerts or one.looked_on == today:
        return None
    cooling = one.alerted_on is not None and abs((today - one.alerted_on).days) < COOL_DOWN_DAYS
    return None if cooling else today


def digest_figures(ask: Ask, every: Every, films: Sequence[str], period: Period) -> DigestFigures:
    """The figures of a period; `films`: of these alone, when there are any."""
    return _figures(ask, films, period, period_before(every, period))


def alert_figures(ask: Ask, films: Sequence[str], today: date) -> DigestFigures:
    """The last days beside those before, without today."""
    until = today - timedelta(1)
    since = until - timedelta(ALERT_DAYS - 1)
    return _figures(
        ask, films, Period(since, until), Period(since - timedelta(ALERT_BEFORE_DAYS), since - timedelta(1))
    )


def alerting(figures: DigestFigures) -> Interval | None:
    """The 99 % interval of the change of the share of positive reviews when it holds no zero and there are enough
    reviews; else None."""
    return change(figures.now, figures.before, fewest=FEWEST_ALERT, z=Z_99)


def change(now: Counts, before: Counts, *, fewest: int, z: float) -> Interval | None:
    """The interval of a change that chance alone does not explain."""
    if min(now.total, before.total) < fewest:
        return None
    moved = newcombe(now.positive, now.total, before.positive, before.total, z)
    return None if moved.includes_zero else moved


def _figures(ask: Ask, films: Sequence[str], period: Period, earlier: Period) -> DigestFigures:
    now, before = (ask(ReportFilter(since=one.since, until=one.until, by="film")) for one in (period, earlier))
    names = [one.key for one in (*now.buckets, *before.buckets)]
    known = KnownFilms(names)
    if known.open_names([*names, *films]):  # a film of another year may have its reviews at another time
        known.add(one.key for one in ask(ReportFilter(by="film")).buckets)
    wanted = {known.key(film) for film in films}

    def chosen(report: Report) -> dict[FilmKey, list[Bucket]]:
        """The buckets of each film: what two names are in one period alone may be one film by what the other knows."""
        found: defaultdict[FilmKey, list[Bucket]] = defaultdict(list)
        for one in report.buckets:
            if one.key and (not wanted or known.key(one.key) in wanted):
                found[known.key(one.key)].append(one)
        return dict(found)

    mine, earlier_ones = chosen(now), chosen(before)
    each = [
        FilmCounts(
            title_of((one.key, one.total) for one in buckets), Counts.of(buckets), Counts.of(earlier_ones.get(key, ()))
        )
        for key, buckets in mine.items()
    ]
    each.sort(key=lambda one: (-one.now.total, one.name))
    moved = [one for one in each if change(one.now, one.before, fewest=FEWEST_MOVED, z=Z_99) is not None]
    return DigestFigures(
        period,
        earlier,
        Counts.of(chain(*mine.values())) if wanted else _all(now),
        Counts.of(chain(*earlier_ones.values())) if wanted else _all(before),
        tuple(each[:TOP_FILMS]),
        tuple(moved[:MOVED]),
        len(each),
    )


def _all(report: Report) -> Counts:
    return Counts(report.total, report.n_positive, report.n_negative, report.n_uncertain)


def named_films(films: Sequence[str]) -> str:
    """The films of a digest in words, unescaped."""
    return listing(quote(film) for film in films)
