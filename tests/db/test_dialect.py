"""What both databases can hold of a text and of a film's name."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from db.dialect import film_name, storable
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
    assert films == ["ü" * 100, None]


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("a" * 99, "a" * 99),
        ("a" * 100, "a" * 100),
        ("a" * 101, "a" * 100),
        ("a" * 99 + " bc", "a" * 99),
        ("  Heat\n\tand  dust\x1b[2J ", "Heat and dust[2J"),
        ("\x00 ", None),
        ("", None),
        (None, None),
    ],
)
def test_a_film_is_one_line_cut_at_a_hundred_characters(name: str | None, stored: str | None) -> None:
    assert film_name(name) == stored


@pytest.mark.parametrize(("text", "stored"), [("a\x00b", "a b"), ("\ud800x", "\ufffdx"), ("😀", "😀"), ("", "")])
def test_what_neither_database_holds_is_replaced(text: str, stored: str) -> None:
    assert storable(text) == stored
    assert len(storable(text)) == len(text)
