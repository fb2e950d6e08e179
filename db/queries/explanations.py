"""Explanations of verdicts of files: worked out when somebody looks, then stored."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select, update

from db.crypto import opened, review_place
from db.engine import Database
from db.tables import Prediction, Review
from db.types import Viewer
from db.visibility import visible


def text_to_explain(db: Database, review_id: int, *, model: str) -> str | None:
    """The review's text, when its verdict is of `model` and not explained yet; another model would explain another."""
    waiting = (Prediction.review_id == review_id, Prediction.model == model, Prediction.explanation.is_(None))
    columns = (Review.text, Review.job_id, Review.row_number, Prediction.owner_id)
    query = select(*columns).join(Prediction, Prediction.review_id == Review.id).where(*waiting)
    with db.read() as session:
        row = session.execute(query).one_or_none()
    return None if row is None else opened(row.text, review_place(row.job_id, row.row_number, row.owner_id))


def count_explained(db: Database, viewer: Viewer, review_ids: Sequence[int]) -> int:
    """How many of these verdicts are explained, of those that the viewer sees."""
    mine = (Prediction.review_id.in_(review_ids), Prediction.explanation.is_not(None), visible(viewer, Prediction))
    with db.read() as session:
        return session.scalar(select(func.count()).where(*mine)) or 0


def store_explanation(db: Database, review_id: int, parts: Sequence[tuple[int, int, float]], *, model: str) -> bool:
    """Stores (start, end, contribution) of each sentence; False when text or verdict changed or went meanwhile."""
    there = select(Review.id).where(Review.id == review_id, Review.text.is_not(None)).exists()
    mine = (Prediction.review_id == review_id, Prediction.model == model, Prediction.explanation.is_(None), there)
    values = {"explanation": [[int(start), int(end), float(moved)] for start, end, moved in parts]}
    with db.begin() as session:
        statement = update(Prediction).where(*mine).values(values).returning(Prediction.review_id)
        return session.scalar(statement.execution_options(synchronize_session=False)) is not None
