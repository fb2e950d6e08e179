"""Search: pages of verdicts by key, newest or most positive first.

However many verdicts there are, a page costs about the same. Three ways lead to one:

    walk     newest first: along the index of one's own and of what was shared, in windows that grow
    listed   a film, or a job's newest: all that fit, out of the covering index
    ranked   most positive first: the first few of every job, out of the index by label and probability

What only the rows or the texts can tell (label, day, words) is looked for window by window, and after `PATIENCE_S` the
page ends where the search has come to and says so: there is no index of words, because it would cost more than the
scoring itself (docs/reports.md).
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final, cast

from sqlalchemy import ColumnElement, Select, and_, or_, select, tuple_, union_all
from sqlalchemy.orm import Session, aliased

from db.dialect import is_sqlite, storable
from db.engine import Database
from db.errors import BadCursor, TextSearchOff
from db.queries.report_sources import FoundFilm, VisibleJobs, between, find_film, of_films
from db.queries.results import load_views
from db.tables import Prediction, Review
from db.types import LABELS, HitCount, Page, ResultView, SearchFilter, Viewer
from db.visibility import visible_clauses

PATIENCE_S: Final = 0.08
"""After so long no further window is looked through for one page."""
FIRST_WINDOW: Final = 1_000
"""Rows of the first window; each further one is four times as large as the one before."""
LARGEST_WINDOW: Final = 16_000

PAGE_ROWS: Final = 500
"""Rows that `iter_results` reads at a time."""
COUNTED: Final = 1_000
"""Hits are counted up to here."""
_ROUNDING: Final = 1e-9
"""1 - 0.9 is a little less than 0.1 in binary."""

Key = tuple[float, int]
"""Where a page ends: (probability, id); by time the probability is 0 and means nothing."""


def search(
    db: Database,
    viewer: Viewer,
    wanted: SearchFilter,
    *,
    cursor: str | None = None,
    limit: int = 10,
    patience_s: float = PATIENCE_S,
) -> Page:
    """A page of the verdicts that fit, newest or most positive first.

    Raises BadCursor for a cursor of another search, and TextSearchOff for words while texts are stored sealed.
    Pages go by key, not by offset: the thousandth costs as much as the first, and new results shift none. A page may
    hold fewer than `limit` and still have a next: then it is `partial`.
    """
    if wanted.query and db.sealer.active:
        raise TextSearchOff
    after = _parse_cursor(wanted.sort, cursor)
    with db.read() as session:
        found = _found(session, viewer, wanted)
        way = _candidates(session, viewer, wanted, found.stored)
        chosen, end = _scan(session, way, after, limit + 1, patience_s)
        items = sorted(
            load_views(session, [id_ for _, id_ in chosen]), key=lambda one: _key_of(wanted.sort, one), reverse=True
        )
    if len(items) > limit:
        items = items[:limit]
        return Page(items, _cursor(wanted.sort, _key_of(wanted.sort, items[-1])), other_films=found.others)
    cursor = None if end is None else _cursor(wanted.sort, end)
    return Page(items, cursor, partial=end is not None, other_films=found.others)


def _found(session: Session, viewer: Viewer, wanted: SearchFilter) -> FoundFilm:
    """How the film that is searched for is stored."""
    if wanted.film is None:
        return FoundFilm([])
    return find_film(session, VisibleJobs(viewer, wanted.job_id), wanted.film)


def iter_results(
    db: Database, viewer: Viewer, wanted: SearchFilter, *, page_rows: int = PAGE_ROWS
) -> Iterator[ResultView]:
    """Every verdict that fits, in the order of `search`: for who reads all of them, however many there are.

    Each row is looked at once. Memory holds one page, and each page is a transaction of its own, so that no reader
    holds up SQLite's log. Where texts are stored sealed, words are looked for in the opened ones.
    """
    opened = [word.casefold() for word in (wanted.query or "").split()] if db.sealer.active else []
    if opened:
        wanted = replace(wanted, query=None)
    films: list[str] = []
    if wanted.film is not None:
        with db.read() as session:
            films = _found(session, viewer, wanted).stored
        if not films:
            return
    after: Key | None = None
    while True:
        with db.read() as session:
            chosen, _ = _scan(session, _all_candidates(session, viewer, wanted, films), after, page_rows, math.inf)
            views = {one.id: one for one in load_views(session, [id_ for _, id_ in chosen])}
        for _, id_ in chosen:
            one = views.get(id_)
            if one is not None and all(word in (one.text or "").casefold() for word in opened):
                yield one
        if len(chosen) < page_rows:
            return
        after = chosen[-1]


def other_films(db: Database, viewer: Viewer, wanted: SearchFilter) -> tuple[str, ...]:
    """As in `Page`, for who reads all results at once."""
    with db.read() as session:
        return _found(session, viewer, wanted).others


class _Candidates:
    """Where candidates come from, in order. `rest`: conditions that are looked up window by window, if any."""

    def __init__(
        self,
        sources: Sequence[Select[Any]],
        rest: Sequence[ColumnElement[bool]],
        *,
        ranked: bool,
        listed: bool = False,
    ) -> None:
        self.sources, self.rest, self.ranked = sources, rest, ranked
        # Said so that PostgreSQL sorts the few that fit, instead of walking through everything newer by its key.
        self._newest = (Prediction.review_id + 0 if listed else Prediction.review_id).desc()

    def beyond(self, after: Key | None, edge: Key | None) -> list[ColumnElement[bool]]:
        """Rows after one key and up to another."""
        conditions = []
        key: Any = tuple_(Prediction.probability, Prediction.review_id) if self.ranked else Prediction.review_id
        if after is not None:
            conditions.append(key < (after if self.ranked else after[1]))
            if self.ranked:
                conditions.append(Prediction.probability <= after[0])  # what an index can begin at
        if edge is not None:
            conditions.append(key >= (edge if self.ranked else edge[1]))
            if self.ranked:
                conditions.append(Prediction.probability >= edge[0])
        return conditions

    def rows(self, after: Key | None, edge: Key | None, number: int, *, rest: bool) -> Select[Any]:
        """(probability, id) of the first `number`, in order."""
        order = [Prediction.probability.desc()] if self.ranked else []
        parts = []
        for source in self.sources:
            query = source.where(*self.beyond(after, edge)).order_by(*order, self._newest)
            if rest and self.rest:
                query = query.join(Review, Review.id == Prediction.review_id).where(*self.rest)
            parts.append(select(query.limit(number).subquery()))
        both = union_all(*parts).subquery()
        first = [both.c.probability.desc()] if self.ranked else []
        return select(both.c.probability, both.c.review_id).order_by(*first, both.c.review_id.desc()).limit(number)


class _RankedCandidates(_Candidates):
    """The first few of each label of each job, and those of messages together."""

    def __init__(
        self, session: Session, seen: VisibleJobs, wanted: SearchFilter, rest: Sequence[ColumnElement[bool]]
    ) -> None:
        super().__init__([], rest, ranked=True)
        self._lateral, self._seen = not is_sqlite(session), seen
        self._labels = LABELS if wanted.label is None else (wanted.label,)
        self._least = wanted.min_probability

    def rows(self, after: Key | None, edge: Key | None, number: int, *, rest: bool) -> Select[Any]:
        where = self.beyond(after, edge)
        own = select(Prediction.probability, Prediction.review_id).where(*where)
        if rest and self.rest:
            own = own.join(Review, Review.id == Prediction.review_id).where(*self.rest)
        order = (Prediction.probability.desc(), Prediction.review_id.desc())
        sure = sure_of(self._labels, self._least)
        mine = own.where(Prediction.job_id.in_(self._seen.messages), Prediction.label.in_(self._labels), *sure)
        parts = [select(mine.order_by(*order).limit(number).subquery())]
        for label in self._labels:
            jobs = self._seen.files.subquery()
            of_label = (Prediction.job_id == jobs.c.id, Prediction.label == label, *sure_of((label,), self._least))
            first = own.where(*of_label).order_by(*order).limit(number)
            if self._lateral:
                each = first.correlate(jobs).lateral()
                parts.append(select(each.c.probability, each.c.review_id).select_from(jobs.join(each, _true())))
            else:
                one = aliased(Prediction)
                ids = first.with_only_columns(Prediction.review_id).correlate(jobs)
                # An outer join, because SQLite never turns its sides around; jobs without any give an empty row.
                firsts = jobs.join(one, one.review_id.in_(ids), isouter=True)
                parts.append(select(one.probability, one.review_id).select_from(firsts))
        both = union_all(*parts).subquery()
        query = select(both.c.probability, both.c.review_id)
        return query.order_by(both.c.probability.desc(), both.c.review_id.desc()).limit(number)


def sure_of(labels: Sequence[str], least: float | None) -> list[ColumnElement[bool]]:
    """That a verdict is at least so sure of its label, whichever of these it has."""
    if least is None:
        return []
    high, low = Prediction.probability >= least, Prediction.probability <= 1 - least + _ROUNDING
    sure = {"positive": high, "negative": low, "uncertain": or_(high, low)}
    if len(labels) == 1:
        return [sure[labels[0]]]
    return [or_(*(and_(Prediction.label == label, sure[label]) for label in labels))]


def count_hits(
    db: Database, viewer: Viewer, wanted: SearchFilter, *, page: Page | None = None, patience_s: float = PATIENCE_S
) -> HitCount:
    """How many verdicts fit, as far as `COUNTED` and the time go. Raises TextSearchOff.

    page: the first one of the search; its hits are counted already, and the search goes on where it ended.
    """
    if wanted.query and db.sealer.active:
        raise TextSearchOff
    known, after = 0, None
    if page is not None:
        known, after = len(page.items), _parse_cursor(wanted.sort, page.next_cursor)
        if after is None:
            return HitCount(known, whole=True)
    with db.read() as session:
        films = _found(session, viewer, wanted).stored
        keys, end = _scan(session, _candidates(session, viewer, wanted, films), after, COUNTED + 1 - known, patience_s)
    found = known + len(keys)
    return HitCount(min(found, COUNTED), whole=end is None and found <= COUNTED)


def _true() -> ColumnElement[bool]:
    return and_(True)


def _has_words(wanted: SearchFilter) -> list[ColumnElement[bool]]:
    return [Review.text.icontains(storable(word), autoescape=True) for word in (wanted.query or "").split()]


def _has_label(wanted: SearchFilter) -> list[ColumnElement[bool]]:
    label: list[ColumnElement[bool]] = [] if wanted.label is None else [Prediction.label == wanted.label]
    return [*label, *sure_of(LABELS if wanted.label is None else (wanted.label,), wanted.min_probability)]


def _plain() -> Select[Any]:
    return cast(Select[Any], select(Prediction.probability, Prediction.review_id))


def _all_candidates(session: Session, viewer: Viewer, wanted: SearchFilter, films: Sequence[str]) -> _Candidates:
    """Ways whose pages together look at each row once: what `listed` sorts for each page is looked up in windows."""
    rest = [*between(Prediction.day, wanted.since, wanted.until), *_has_words(wanted)]
    if films:
        rest.append(Prediction.film.in_(films))
    if wanted.sort == "probability":
        return _RankedCandidates(session, VisibleJobs(viewer, wanted.job_id), wanted, rest)
    if wanted.job_id is not None:
        rest.append(Prediction.job_id == wanted.job_id)
    legs = [_plain().where(leg) for leg in visible_clauses(viewer, Prediction)]
    return _Candidates(legs, [*_has_label(wanted), *rest], ranked=False)


def _candidates(session: Session, viewer: Viewer, wanted: SearchFilter, films: Sequence[str]) -> _Candidates:
    words, days, fit, plain = (
        _has_words(wanted),
        between(Prediction.day, wanted.since, wanted.until),
        _has_label(wanted),
        _plain(),
    )
    ranked = wanted.sort == "probability"
    if wanted.film is None and ranked:
        return _RankedCandidates(session, VisibleJobs(viewer, wanted.job_id), wanted, [*days, *words])
    if wanted.film is not None or wanted.job_id is not None:
        seen = VisibleJobs(viewer, wanted.job_id)
        if wanted.film is None:
            listed: list[ColumnElement[bool]] = [Prediction.job_id.in_(seen.all)]
        else:
            listed = of_films(seen, films)
        return _Candidates([plain.where(*listed, *fit, *days)], words, ranked=ranked, listed=True)
    return _Candidates(
        [plain.where(leg) for leg in visible_clauses(viewer, Prediction)], [*fit, *days, *words], ranked=ranked
    )


def _scan(
    session: Session, way: _Candidates, after: Key | None, number: int, patience_s: float
) -> tuple[list[Key], Key | None]:
    """Up to `number` that fit, and where the search stopped when it ended before the last candidate."""
    if not way.rest:
        return _fetch_keys(session, way.rows(after, None, number, rest=False)), None
    keys: list[Key] = []
    size, until = FIRST_WINDOW, time.monotonic() + patience_s
    while True:
        edge = next(iter(_fetch_keys(session, way.rows(after, None, size, rest=False).offset(size - 1).limit(1))), None)
        keys += _fetch_keys(session, way.rows(after, edge, number - len(keys), rest=True))
        if edge is None or len(keys) == number:
            return keys, None
        after = edge
        if time.monotonic() >= until:
            return keys, edge
        size = min(LARGEST_WINDOW, size * 4)


def _fetch_keys(session: Session, query: Select[Any]) -> list[Key]:
    return [(probability, id_) for probability, id_ in session.execute(query) if id_ is not None]


def _key_of(sort: str, item: ResultView) -> Key:
    return (item.probability if sort == "probability" else 0.0, item.id)


def _cursor(sort: str, last: Key) -> str:
    return f"p:{last[0]!r}:{last[1]}" if sort == "probability" else f"n:{last[1]}"


def _parse_cursor(sort: str, cursor: str | None) -> Key | None:
    if cursor is None:
        return None
    try:
        match (sort, cursor.split(":")):
            case ("newest", ["n", id_]):
                return (0.0, int(id_))
            case ("probability", ["p", probability, id_]):
                return (float(probability), int(id_))
    except ValueError:
        pass
    raise BadCursor
