"""Verdicts: one, many by search, corrected, or with their text deleted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, delete, func, or_, select, tuple_, update
from sqlalchemy.orm import Session

from db.dialect import film_name, storable
from db.engine import Database
from db.errors import BadCursor, JobNotFinished, NotFound, NotYours, TextSearchOff
from db.finish import split_flags
from db.scope import legs, visible
from db.tables import Correction, Job, Prediction, Review
from db.types import Page, ResultView, SearchFilter, Source, Viewer

Found = Row[Prediction, int, str | None, int | None, int | None, Source, int | None]


def results() -> Select[Prediction, int, str | None, int | None, int | None, Source, int | None]:
    """Predictions with what their review and job add to a ResultView."""
    return (
        select(
            Prediction,
            Review.row_number,
            Review.text,
            Job.channel_id,
            Job.reply_to,
            Job.source,
            Job.reply_channel_id,
        )
        .join(Review, Review.id == Prediction.review_id)
        .join(Job, Job.id == Prediction.job_id)
    )


def view(row: Found) -> ResultView:
    """One row of `results()`."""
    prediction, row_number, text, channel_id, reply_to, source, reply_channel_id = row
    explanation = prediction.explanation
    return ResultView(
        id=prediction.review_id,
        job_id=prediction.job_id,
        row_number=row_number,
        text=text,
        film=prediction.film,
        label=prediction.label,
        probability=prediction.probability,
        flags=split_flags(prediction.flags),
        explanation=None if explanation is None else tuple((int(s), int(e), float(c)) for s, e, c in explanation),
        model=prediction.model,
        created_at=prediction.created_at,
        owner_id=prediction.owner_id,
        guild_id=prediction.guild_id,
        channel_id=channel_id,
        reply_to=reply_to,
        source=source,
        reply_channel_id=reply_channel_id,
    )


def ids(*, with_text: bool = False) -> Select[int]:
    """Ids of predictions alone, so that sorting many reads only an index; joined to the texts when they are asked."""
    query = select(Prediction.review_id)
    return query.join(Review, Review.id == Prediction.review_id) if with_text else query


def views(session: Session, chosen: Sequence[int]) -> list[ResultView]:
    """The results of these ids, in no order."""
    return [view(row) for row in session.execute(results().where(Prediction.review_id.in_(chosen)))]


def verdict_of(db: Database, job_id: int) -> ResultView:
    """The verdict of a message job, for the bot's own card. NotFound, or JobNotFinished while there is none."""
    with db.read() as session:
        row = session.execute(results().where(Prediction.job_id == job_id, Review.row_number == 1)).one_or_none()
        if row is not None:
            return view(row)
        if session.get(Job, job_id) is None:
            raise NotFound("job", job_id)
    raise JobNotFinished(job_id)


def get_result(db: Database, viewer: Viewer, result_id: int) -> ResultView:
    """The verdict; NotFound when it does not exist or may not be seen."""
    with db.read() as session:
        row = session.execute(
            results().where(Prediction.review_id == result_id, visible(viewer, Prediction))
        ).one_or_none()
    if row is None:
        raise NotFound("result", result_id)
    return view(row)


def search(db: Database, viewer: Viewer, wanted: SearchFilter, *, cursor: str | None = None, limit: int = 10) -> Page:
    """A page of the verdicts that fit, newest or most positive first.

    Raises BadCursor for a cursor of another search, and TextSearchOff for words while texts are stored sealed.

    Pages go by key, not by offset: the thousandth costs as much as the first, and new results shift none.
    """
    if wanted.query and db.sealer.active:
        raise TextSearchOff
    after = _after(wanted.sort, cursor)
    conditions = [*matching(wanted), *([] if after is None else [after])]
    query = ids(with_text=bool(wanted.query)).where(*conditions).limit(limit + 1)
    if wanted.sort == "probability":
        query = query.order_by(Prediction.probability.desc())
    query = query.order_by(Prediction.review_id.desc())
    with db.read() as session:
        # One query for one's own and one for what was shared here: each walks its own index and stops early.
        chosen = [id_ for leg in legs(viewer, Prediction) for id_ in session.scalars(query.where(leg))]
        found = sorted(views(session, chosen), key=_key(wanted.sort), reverse=True)
    items = found[:limit]
    return Page(items, _cursor(wanted.sort, items[-1]) if len(found) > limit else None)


def matching(wanted: SearchFilter) -> list[ColumnElement[bool]]:
    """The conditions of a search; those of `query` need `ids(with_text=True)`."""
    found: list[ColumnElement[bool]] = [
        Review.text.icontains(storable(word), autoescape=True) for word in (wanted.query or "").split()
    ]
    if wanted.label is not None:
        found.append(Prediction.label == wanted.label)
    if wanted.min_probability is not None:
        found.append(Prediction.probability >= wanted.min_probability)
    if wanted.job_id is not None:
        found.append(Prediction.job_id == wanted.job_id)
    if wanted.film is not None:
        found.append(same_film(wanted.film))
    if wanted.since is not None:
        found.append(Prediction.day >= wanted.since)
    if wanted.until is not None:
        found.append(Prediction.day <= wanted.until)
    return found


def same_film(film: str) -> ColumnElement[bool]:
    """The film by name, whatever its case (on SQLite beyond ASCII only as written)."""
    name = film_name(film) or ""
    return or_(Prediction.film == name, func.lower(Prediction.film) == name.lower())


def _key(sort: str) -> Callable[[ResultView], Any]:
    return (lambda item: (item.probability, item.id)) if sort == "probability" else (lambda item: item.id)


def _cursor(sort: str, last: ResultView) -> str:
    return f"p:{last.probability!r}:{last.id}" if sort == "probability" else f"n:{last.id}"


def _after(sort: str, cursor: str | None) -> ColumnElement[bool] | None:
    if cursor is None:
        return None
    try:
        match (sort, cursor.split(":")):
            case ("newest", ["n", id_]):
                return Prediction.review_id < int(id_)
            case ("probability", ["p", probability, id_]):
                return tuple_(Prediction.probability, Prediction.review_id) < (float(probability), int(id_))
    except ValueError:
        pass
    raise BadCursor


def delete_result(db: Database, viewer: Viewer, review_id: int) -> None:
    """Deletes the text, explanation and notes of the viewer's own review; label and probability stay, anonymous.

    Raises NotFound and, for somebody else's that is shared here, NotYours.
    """
    if get_result(db, viewer, review_id).owner_id != viewer.user_id:
        raise NotYours("review")
    with db.begin() as session:
        session.execute(update(Review).where(Review.id == review_id).values(text=None))
        session.execute(update(Prediction).where(Prediction.review_id == review_id).values(explanation=None))
        session.execute(delete(Correction).where(Correction.review_id == review_id))
