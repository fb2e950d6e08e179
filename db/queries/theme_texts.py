"""Texts for themes: reviews of a report's subject and of the rest, as many as are wanted, in bounded time.

Who sees a text is who sees its verdict; deleted texts are not among them, and sealed ones are opened as for any quote.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, TypeVar, cast

from sqlalchemy import ColumnElement, Select, func, select, true, union_all
from sqlalchemy.orm import Session

from db.crypto import opened, opened_reading, review_place, session_sealer
from db.engine import Database
from db.queries.report_sources import VisibleJobs, films_named, of_films
from db.tables import Job, Prediction, Review, Upload
from db.types import ReportFilter, ThemeText, ThemeTexts, Viewer
from db.visibility import visible_clauses

MOST: Final = 4_000
"""Reviews of each side."""
MOST_CHARS: Final = 8_000_000
"""Characters of each side, whichever comes first."""
PATIENCE_S: Final = 1.5
"""For looking through verdicts that do not belong to a side."""
WINDOW: Final = 4_000
READ: Final = 500
"""Texts that one query reads."""
PLACES: Final = 60
"""From so many places of a large file its reviews are taken, for its last rows may be all of one film."""
DIARIES: Final = frozenset({"Letterboxd", "Letterboxd import", "Trakt", "YouTube Takeout"})
"""Layouts of what one person wrote (worker/files/columns/profiles.py)."""

Keep = Callable[[Any], bool]
Chosen = tuple[list[Any], bool]
"""Rows of verdicts, and whether they are all there are."""
T = TypeVar("T")


def theme_texts(db: Database, viewer: Viewer, wanted: ReportFilter) -> ThemeTexts:
    """Reviews that fit, the newest or those from all over a file, and the newest that do not; up to `MOST` each.

    The rest is empty where nothing limits the report.
    """
    return _theme_texts(db, viewer, wanted)


def theme_texts_of_all(db: Database, wanted: ReportFilter) -> ThemeTexts:
    """The same over everybody's reviews, for the host's command line."""
    return _theme_texts(db, None, wanted)


def _theme_texts(db: Database, viewer: Viewer | None, wanted: ReportFilter) -> ThemeTexts:
    with db.read() as session:
        seen = VisibleJobs(viewer, wanted.job_id)
        names = [] if wanted.film is None else films_named(session, seen, wanted.film)
        fits = _fits(wanted, frozenset(names))
        if wanted.job_id is not None:
            chosen, whole = _of_job(session, seen, fits)
        elif wanted.film is not None:
            chosen, whole = _of_film(session, of_films(seen, names), fits)
        else:
            chosen, whole = _newest(session, viewer, fits)
        others: list[Any] = []
        if wanted.film is not None or wanted.job_id is not None or wanted.since or wanted.until:
            others, _ = _newest(session, viewer, lambda row: not fits(row))
        diaries = _diaries(session, {row.job_id for row in (*chosen, *others)})
        subject, rest = (list(_opened(session, rows, diaries)) for rows in (chosen, others))
        return ThemeTexts(subject, rest, whole)


def _fits(wanted: ReportFilter, names: frozenset[str]) -> Keep:
    def fits(row: Any) -> bool:
        return (
            (wanted.film is None or row.film in names)
            and (wanted.job_id is None or row.job_id == wanted.job_id)
            and (wanted.since is None or row.day >= wanted.since)
            and (wanted.until is None or row.day <= wanted.until)
        )

    return fits


def _rows(where: Sequence[ColumnElement[bool]]) -> Select[Any]:
    columns = (Prediction.review_id, Prediction.job_id, Prediction.film, Prediction.day, Prediction.label)
    return cast(Select[Any], select(*columns).where(*where))


def _decided(row: Any) -> bool:
    return bool(row.label != "uncertain")


def _newest(session: Session, viewer: Viewer | None, keep: Keep) -> Chosen:
    """The newest that are seen and kept, window by window as far as the time goes."""
    legs = [true()] if viewer is None else visible_clauses(viewer, Prediction)
    found: list[Any] = []
    after: int | None = None
    until = time.monotonic() + PATIENCE_S
    while len(found) <= MOST and time.monotonic() < until:
        older = [] if after is None else [Prediction.review_id < after]
        parts = [
            select(_rows([leg, *older]).order_by(Prediction.review_id.desc()).limit(WINDOW).subquery()) for leg in legs
        ]
        both = union_all(*parts).subquery()
        window = session.execute(select(both).order_by(both.c.review_id.desc()).limit(WINDOW)).all()
        found += [row for row in window if _decided(row) and keep(row)]
        if len(window) < WINDOW:
            return found[:MOST], len(found) <= MOST
        after = window[-1].review_id
    return found[:MOST], False


def _of_film(session: Session, where: Sequence[ColumnElement[bool]], keep: Keep) -> Chosen:
    decided = [*where, Prediction.label != "uncertain"]
    # `+ 0`, so that the few that fit are sorted, instead of walking through everything newer by its key.
    newest = _rows(decided).order_by((Prediction.review_id + 0).desc())
    found: list[Any] = []
    for row in session.execute(newest, execution_options={"yield_per": WINDOW}):
        if keep(row):
            if len(found) == MOST:
                return found, False
            found.append(row)
    return found, True


def _of_job(session: Session, seen: VisibleJobs, keep: Keep) -> Chosen:
    """The reviews of a job; of a large one as many from each of `PLACES` parts of it."""
    job_id = session.scalar(seen.all)
    numbers = select(func.max(Review.row_number)).where(Review.job_id == job_id)
    last = None if job_id is None else session.scalar(numbers)
    if job_id is None or last is None:
        return [], True
    places = 1 if last <= MOST else PLACES
    found: list[Any] = []
    for place in range(places):
        part = _of_rows(job_id, 1 + last * place // places, last * (place + 1) // places).limit(2 * MOST // places)
        found += [row for row in session.execute(part) if _decided(row) and keep(row)][: MOST // places]
    return found, places == 1


def _of_rows(job_id: int, first: int, last: int) -> Select[Any]:
    mine = [Review.job_id == job_id, Review.row_number >= first, Review.row_number <= last]
    return _rows(mine).join(Review, Review.id == Prediction.review_id).order_by(Review.row_number)


def _diaries(session: Session, jobs: set[int]) -> set[int]:
    """Those of the jobs whose file is one person's diary."""
    sealer = session_sealer(session)
    found = set()
    for some in _parts(sorted(jobs)):
        query = select(Upload.job_id, Job.owner_id, Upload.columns).join(Job, Job.id == Upload.job_id)
        for job_id, owner, columns in session.execute(query.where(Upload.job_id.in_(some))):
            _, notes = opened_reading(sealer, owner, columns)
            if any(code == "read_note.source" and values.get("name") in DIARIES for code, values in notes):
                found.add(job_id)
    return found


def _parts(all_: Sequence[T]) -> Iterator[Sequence[T]]:
    return (all_[at : at + READ] for at in range(0, len(all_), READ))


def _opened(session: Session, rows: Sequence[Any], diaries: set[int]) -> Iterator[ThemeText]:
    chars = 0
    for some in _parts(rows):
        query = (
            select(
                Prediction.review_id, Review.text, Review.row_number, Prediction.label, Prediction.job_id,
                Prediction.owner_id, Prediction.shared, Job.kind,
            )
            .join(Review, Review.id == Prediction.review_id)
            .join(Job, Job.id == Prediction.job_id)
            .where(Prediction.review_id.in_([row.review_id for row in some]), Review.text.is_not(None))
            .order_by(Prediction.review_id.desc())
        )  # fmt: skip
        for id_, stored, row_number, label, job_id, owner, shared, kind in session.execute(query):
            text = opened(stored, review_place(job_id, row_number, owner))
            if text is None:
                continue
            chars += len(text)
            if chars > MOST_CHARS:
                return
            author = owner if kind == "message" or job_id in diaries else None
            yield ThemeText(id_, text, label == "positive", author, owner, job_id, shared)
