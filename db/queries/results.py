"""Verdicts: one, many by search, corrected, or with their text deleted."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Row, Select, delete, select, update
from sqlalchemy.orm import Session

from db import verdict_cache
from db.delivery.message_deletions import schedule_deletion
from db.engine import Database
from db.errors import JobNotFinished, NotFound, NotYours
from db.queue.finish import split_flags
from db.tables import Correction, Job, Prediction, Review
from db.types import ResultView, Source, Viewer
from db.visibility import visible

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


def delete_result(db: Database, viewer: Viewer, review_id: int) -> None:
    """Deletes the text, explanation and notes of the viewer's own review; label and probability stay, anonymous.

    Raises NotFound and, for somebody else's that is shared here, NotYours.
    """
    if get_result(db, viewer, review_id).owner_id != viewer.user_id:
        raise NotYours("review")
    with db.begin() as session:
        verdict_cache.invalidate(session, Review.id == review_id)
        session.execute(update(Review).where(Review.id == review_id).values(text=None, text_hash=None))
        session.execute(update(Prediction).where(Prediction.review_id == review_id).values(explanation=None))
        session.execute(delete(Correction).where(Correction.review_id == review_id))
        # A message's own card goes with its text, whoever pressed where; a file's card shows no text.
        theirs = select(Job.id).join(Review, Review.job_id == Job.id).where(Review.id == review_id)
        for found in session.scalars(theirs.where(Job.kind == "message")).all():
            schedule_deletion(session, (found,))
            session.execute(update(Job).where(Job.id == found).values(message_id=None))
