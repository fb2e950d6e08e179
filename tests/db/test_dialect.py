"""What both databases can hold of a text and of a film's name."""

from __future__ import annotations

from sqlalchemy import select

from db.engine import Database
from db.tables import Review
from db.types import NewReview
from tests.db.steps import (
    drain,
    file_job,
)


def test_a_long_film_is_kept_short_enough_for_its_index(db: Database) -> None:
    job_id = file_job(db, [NewReview(1, "good", film="ü" * 5_000), NewReview(2, "good", film="  ")])
    drain(db)
    with db.read() as session:
        films = session.scalars(select(Review.film).where(Review.job_id == job_id).order_by(Review.id)).all()
    assert films == ["ü" * 200, None]
