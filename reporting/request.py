"""What a report is about, in words and as a filter; and what it is compared with."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final, Literal

from common.errors import UserError
from common.film_names import KnownFilms
from common.i18n import listing, mark, number, quote, tr, trn
from db.types import ReportFilter

By = Literal["day", "week", "month", "film", "aspect"]
FEWEST: Final = 5
"""Under so many reviews averages and charts say nothing."""
BY_WORDS: Final[dict[By, str]] = {
    "day": mark("by day"),
    "week": mark("by week"),
    "month": mark("by month"),
    "film": mark("by film"),
    "aspect": mark("by aspect"),
}
NO_FILM: Final = mark("(no film given)")
BEFORE: Final = "before"
COMPARE_FORMS: Final = mark("another film, job 41, before, 2026-01 or 2026-01-01..2026-01-31")


class BadQuestion(UserError):
    """A report was asked for that cannot be made; one plain sentence with the way out."""


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """What a report is about, as the user asked; days are inclusive."""

    film: str | None = None
    job: int | None = None
    since: date | None = None
    until: date | None = None
    by: By = "day"

    @property
    def filter(self) -> ReportFilter:
        """For the database. Aspects are counted in every report; one by aspect has months beside them."""
        by = "month" if self.by == "aspect" else self.by
        return ReportFilter(film=self.film, job_id=self.job, since=self.since, until=self.until, by=by)

    def subject(self, *, film_chars: int = 60) -> str:
        """In a phrase, unescaped: `“Heat”, job 4, since 2026-01-01`."""
        parts = []
        if self.film is not None:
            film = " ".join(self.film.split())
            parts.append(quote(film if len(film) <= film_chars else film[: film_chars - 1] + "…"))
        if self.job is not None:
            parts.append(tr("job {job}", job=self.job))
        if self.since is not None and self.since == self.until:
            parts.append(tr("on {day}", day=self.since))
        else:
            parts += [tr("since {day}", day=self.since)] if self.since is not None else []
            parts += [tr("until {day}", day=self.until)] if self.until is not None else []
        return listing(parts or [tr("All reviews")])

    def words(self, *, film_chars: int = 60) -> str:
        """The subject and how it is cut: `“Heat”, by week`."""
        return listing((self.subject(film_chars=film_chars), tr(BY_WORDS[self.by])))


def compared_with(about: ReportRequest, typed: str) -> ReportRequest:
    """What `about` is to be compared with: another film, another job, the time before, or another period.

    Raises BadQuestion when that cannot be told, or when it is the same.
    """
    text = typed.strip()
    other = _period(about, text) or _job(about, text) or replace(about, film=text)
    if replace(other, film=_folded(other)) == replace(about, film=_folded(about)):
        raise same_question()
    return other


def same_question() -> BadQuestion:
    """Two reports to be compared are one."""
    return BadQuestion(
        tr("`compare` is the same as the report itself. Choose something else: {forms}.", forms=tr(COMPARE_FORMS))
    )


def _folded(about: ReportRequest) -> str | None:
    return None if about.film is None else str(KnownFilms([about.film]).key(about.film))


def several_films(others: Sequence[str]) -> str:
    """The sentence about films that share a name, unescaped; empty where there is no other."""
    if not others:
        return ""
    named = [quote(one if len(one) <= _NAME_CHARS else one[: _NAME_CHARS - 1] + "…") for one in others[:_NAMED]]
    return tr(
        "Several films have this name: {films}. Reviews that give no year are counted apart; choose a film with its "
        "year to see its own.",
        films=listing([*named, *(["…"] if len(others) > _NAMED else [])]),
    )


_NAMED: Final = 4
_NAME_CHARS: Final = 40


def _job(about: ReportRequest, text: str) -> ReportRequest | None:
    match = re.fullmatch(r"(?:job\s*|#)([0-9]{1,15})", text, re.IGNORECASE)
    return replace(about, job=int(match[1])) if match else None


def _period(about: ReportRequest, text: str) -> ReportRequest | None:
    if text.casefold() == BEFORE:
        return _before(about)
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}", text):
        year, month = int(text[:4]), int(text[5:])
        if not (1000 <= year < 3000 and 1 <= month <= 12):
            raise BadQuestion(tr("“{typed}” is not a month: write it as 2026-01.", typed=text))
        return replace(about, since=date(year, month, 1), until=date(year, month, monthrange(year, month)[1]))
    ends = re.fullmatch(r"([0-9-]{10})\s*\.\.\s*([0-9-]{10})", text)
    if ends is None:
        return None
    try:
        since, until = date.fromisoformat(ends[1]), date.fromisoformat(ends[2])
    except ValueError:
        raise BadQuestion(tr("“{typed}” is not a period: write it as 2026-01-01..2026-01-31.", typed=text)) from None
    if since > until:
        raise BadQuestion(tr("The period {typed} ends before it begins: swap its days.", typed=text))
    return replace(about, since=since, until=until)


def _before(about: ReportRequest) -> ReportRequest:
    """As many days, up to the day before."""
    if about.since is None or about.until is None:
        raise BadQuestion(
            tr("`compare: before` needs `since` and `until`. It compares with the same number of days just before.")
        )
    try:
        return replace(
            about, since=about.since - (about.until - about.since) - timedelta(1), until=about.since - timedelta(1)
        )
    except OverflowError:
        raise BadQuestion(tr("The days before that are out of range. Choose a later `since`.")) from None


def too_few(total: int, about: ReportRequest, others: Sequence[str] = ()) -> str:
    """What is said in the place of a report on fewer than `FEWEST` reviews, unescaped. `others`: films of its name."""
    return " ".join(filter(None, (_too_few(total, about), several_films(others))))


def _too_few(total: int, about: ReportRequest) -> str:
    fewest = number(FEWEST)
    if replace(about.filter, by="day") == ReportFilter():
        if total == 0:
            return tr("There are no reviews yet. A report needs at least {fewest}.", fewest=fewest)
        return trn(
            "There is only {count} review so far. A report needs at least {fewest}.",
            "There are only {count} reviews so far. A report needs at least {fewest}.",
            total,
            fewest=fewest,
        )
    if total == 0:
        return tr(
            "There are no reviews for {about}. A report needs at least {fewest}: choose a longer time or leave "
            "a filter out.",
            about=about.subject(),
            fewest=fewest,
        )
    return trn(
        "There is {count} review for {about}. A report needs at least {fewest}: choose a longer time or leave "
        "a filter out.",
        "There are {count} reviews for {about}. A report needs at least {fewest}: choose a longer time or "
        "leave a filter out.",
        total,
        about=about.subject(),
        fewest=fewest,
    )
