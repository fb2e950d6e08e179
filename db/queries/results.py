"""Results: verdicts with what their review and job add, one or many."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from db.crypto import Sealer, Stored, opened, opened_name, review_place, session_sealer
from db.engine import Database
from db.errors import JobNotFinished, NotFound
from db.flags import split_flags
from db.queries.aspect_sums import of_reviews
from db.tables import Job, Prediction, Review
from db.types import Judged, ResultView, Source, Viewer
from db.visibility import visible

ResultRow = Row[Prediction, int, Stored | None, int | None, int | None, Source, int | None]


def select_results() -> Select[Prediction, int, Stored | None, int | None, int | None, Source, int | None]:
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


def to_view(row: ResultRow, sealer: Sealer, aspects: tuple[Judged, ...] = ()) -> ResultView:
    """One row of `select_results`."""
    prediction, row_number, text, channel_id, reply_to, source, reply_channel_id = row
    explanation, owner = prediction.explanation, prediction.owner_id
    return ResultView(
        id=prediction.review_id,
        job_id=prediction.job_id,
        row_number=row_number,
        text=opened(text, review_place(prediction.job_id, row_number, owner)),
        film=opened_name(sealer, prediction.film, owner),
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
        shared=prediction.shared,
        day=prediction.day,
        stars=prediction.stars,
        mixed=prediction.mixed,
        rating=prediction.rating,
        aspects=aspects,
    )


def load_views(session: Session, chosen: Sequence[int]) -> list[ResultView]:
    """The results of these ids, in no order."""
    sealer = session_sealer(session)
    return [to_view(row, sealer) for row in session.execute(select_results().where(Prediction.review_id.in_(chosen)))]


def verdict_of(db: Database, job_id: int) -> ResultView:
    """The verdict of a message job, for the bot's own card. NotFound, or JobNotFinished while there is none."""
    with db.read() as session:
        row = session.execute(select_results().where(Prediction.job_id == job_id, Review.row_number == 1)).one_or_none()
        if row is not None:
            id_ = row[0].review_id
            return to_view(row, db.sealer, of_reviews(session, [id_]).get(id_, ()))
        if session.get(Job, job_id) is None:
            raise NotFound("job", job_id)
    raise JobNotFinished(job_id)


def get_result(db: Database, viewer: Viewer, result_id: int) -> ResultView:
    """The verdict; NotFound when it does not exist or may not be seen."""
    with db.read() as session:
        row = session.execute(
            select_results().where(Prediction.review_id == result_id, visible(viewer, Prediction))
        ).one_or_none()
        if row is None:
            raise NotFound("result", result_id)
        return to_view(row, db.sealer, of_reviews(session, [result_id]).get(result_id, ()))
