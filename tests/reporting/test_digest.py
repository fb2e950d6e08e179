"""Digests: which days one tells of, which films it names, and when a change is worth an alert."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from db.types import Bucket, Digest, Every, Report, ReportFilter
from reporting.digest import (
    Counts,
    Period,
    alert_due,
    alert_figures,
    alerting,
    change,
    digest_figures,
    is_ahead,
    is_due,
    last_period,
    next_digest,
    period_before,
)
from reporting.intervals import Z
from tests.bot.samples import report

ONE = Digest(1, 2, "week", (), True, None, 9, date(2026, 11, 22))


def at(day: str, hour: int = 12) -> datetime:
    return datetime.fromisoformat(f"{day}T{hour:02}:00:00+00:00").astimezone(UTC)


@pytest.mark.parametrize(
    ("every", "now", "since", "until", "then"),
    [
        ("week", at("2026-11-30", 8), "2026-11-23", "2026-11-29", "2026-12-07"),
        ("week", at("2026-11-30", 7), "2026-11-16", "2026-11-22", "2026-11-30"),
        ("week", at("2026-11-29"), "2026-11-16", "2026-11-22", "2026-11-30"),
        ("week", at("2027-01-01"), "2026-12-21", "2026-12-27", "2027-01-04"),
        ("month", at("2026-12-01", 8), "2026-11-01", "2026-11-30", "2027-01-01"),
        ("month", at("2026-12-01", 7), "2026-10-01", "2026-10-31", "2026-12-01"),
        ("month", at("2024-03-31"), "2024-02-01", "2024-02-29", "2024-04-01"),
    ],
)
def test_the_last_whole_period_and_the_next_digest(
    every: Every, now: datetime, since: str, until: str, then: str
) -> None:
    assert last_period(every, now) == Period(date.fromisoformat(since), date.fromisoformat(until))
    assert next_digest(every, now) == at(then, 8)
    assert last_period(every, next_digest(every, now)).until > last_period(every, now).until


def test_the_period_before() -> None:
    assert period_before("week", Period(date(2026, 11, 23), date(2026, 11, 29))) == Period(
        date(2026, 11, 16), date(2026, 11, 22)
    )
    assert period_before("month", Period(date(2026, 3, 1), date(2026, 3, 31))) == Period(
        date(2026, 2, 1), date(2026, 2, 28)
    )


def test_of_weeks_that_were_missed_only_the_last_is_told_and_none_twice() -> None:
    assert is_due(ONE, at("2026-11-29")) is None
    assert is_due(ONE, at("2026-12-23")) == Period(date(2026, 12, 14), date(2026, 12, 20))
    told = replace(ONE, told_until=date(2026, 12, 20))
    assert is_due(told, at("2026-12-23")) is None
    assert is_due(told, at("2026-12-02")) is None, "the clock went back"
    assert not is_ahead(told, at("2026-12-02"))
    assert is_ahead(told, at("2026-11-01")), "a clock that was weeks ahead told of days that have not come"


@pytest.mark.parametrize(
    ("looked", "alerted", "due"),
    [(None, None, True), (-1, None, True), (0, None, False), (-1, -27, False), (-1, -28, True), (-1, 5, False)],
)
def test_an_alert_is_looked_for_once_a_day_and_after_one_there_is_none_for_weeks(
    looked: int | None, alerted: int | None, due: bool
) -> None:
    today = date(2026, 11, 29)

    def day(offset: int | None) -> date | None:
        return None if offset is None else today + timedelta(offset)

    one = replace(ONE, looked_on=day(looked), alerted_on=day(alerted))
    assert alert_due(one, at("2026-11-29")) == (today if due else None)
    assert alert_due(replace(one, alerts=False), at("2026-11-29")) is None


def bucket(key: str, total: int, positive: int) -> Bucket:
    return Bucket(key, total, positive, total - positive, 0, 0.5)


def of(*buckets: Bucket) -> Report:
    total, positive = sum(one.total for one in buckets), sum(one.n_positive for one in buckets)
    return report(total=total, n_positive=positive, n_negative=total - positive, n_uncertain=0, buckets=list(buckets))


def asked(now: Report, before: Report, until: date) -> object:
    def ask(wanted: ReportFilter) -> Report:
        assert wanted.by == "film"
        return now if wanted.until == until else before

    return ask


@pytest.mark.parametrize(
    ("now", "before", "alert"),
    [
        ((100, 90), (100, 50), True),
        ((100, 60), (100, 50), False),
        ((100, 65), (100, 50), False),  # at 95 % it would be one
        ((49, 49), (1000, 100), False),
        ((1000, 900), (49, 0), False),
        ((50, 50), (50, 0), True),
    ],
)
def test_an_alert_needs_an_interval_without_zero_and_enough_reviews(
    now: tuple[int, int], before: tuple[int, int], alert: bool
) -> None:
    until = date(2026, 11, 28)
    ask = asked(of(bucket("Heat", *now)), of(bucket("Heat", *before)), until)
    figures = alert_figures(ask, (), until + timedelta(1))  # type: ignore[arg-type]
    assert figures.period == Period(date(2026, 11, 22), until)
    assert figures.earlier == Period(date(2026, 10, 25), date(2026, 11, 21))
    assert (alerting(figures) is not None) is alert


def test_the_95_interval_of_the_third_would_have_alerted() -> None:
    assert change(Counts(100, 65), Counts(100, 50), fewest=50, z=Z) is not None


def test_a_digest_of_some_films_counts_these_alone_however_they_are_written() -> None:
    period = Period(date(2026, 11, 23), date(2026, 11, 29))
    now = of(bucket("Heat (1995)", 40, 38), bucket("Up", 30, 10), bucket("", 20, 0), bucket("Alien", 5, 5))
    before = of(bucket("heat (1995)", 40, 10), bucket("Up", 30, 11))
    ask = asked(now, before, period.until)
    every = digest_figures(ask, "week", (), period)  # type: ignore[arg-type]
    assert (every.now, every.before) == (Counts(95, 53, 42), Counts(70, 21, 49))
    assert [film.name for film in every.films] == ["Heat (1995)", "Up", "Alien"], "reviews of no film are no film"
    assert [film.name for film in every.moved] == ["Heat (1995)"]
    assert every.n_films == 3
    some = digest_figures(ask, "week", ("HEAT", "Alien"), period)  # type: ignore[arg-type]
    assert (some.now, some.before) == (Counts(45, 43, 2), Counts(40, 10, 30))
    assert digest_figures(ask, "week", ("Nothing",), period).now == Counts()  # type: ignore[arg-type]


def test_names_that_the_other_period_shows_to_be_one_film_are_counted_together() -> None:
    period = Period(date(2026, 11, 23), date(2026, 11, 29))
    now, before = of(bucket("Heat 1995", 50, 20), bucket("Heat", 40, 40)), of(bucket("Heat (1995)", 30, 10))
    ask = asked(now, before, period.until)
    for films in ((), ("Heat",)):
        figures = digest_figures(ask, "week", films, period)  # type: ignore[arg-type]
        (film,) = figures.films
        assert (film.name, film.now, film.before) == ("Heat 1995", Counts(90, 60, 30), Counts(30, 10, 20))
        assert (figures.now, figures.n_films) == (Counts(90, 60, 30), 1)


def test_a_name_without_a_year_means_what_it_means_in_reports() -> None:
    """Of two films of a name one had no review lately: the other is not taken for all that say no year."""
    period = Period(date(2026, 11, 23), date(2026, 11, 29))
    now = of(bucket("Heat", 50, 40), bucket("Heat (1995)", 30, 10))
    before = of(bucket("Heat", 20, 20))
    whole = of(*now.buckets, bucket("Heat (2013)", 1, 1))

    def ask(wanted: ReportFilter) -> Report:
        return whole if wanted.until is None else now if wanted.until == period.until else before

    every = digest_figures(ask, "week", (), period)
    assert [(film.name, film.now.total, film.before.total) for film in every.films] == [
        ("Heat", 50, 20), ("Heat (1995)", 30, 0),
    ]  # fmt: skip
    for film, total in (("heat", 50), ("Heat (1995)", 30), ("Heat (2013)", 0)):
        assert digest_figures(ask, "week", (film,), period).now.total == total
    whole = now  # more films than a report lists: no review is lost
    assert digest_figures(ask, "week", ("Heat",), period).now.total == 80
