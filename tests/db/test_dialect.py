"""What both databases can hold of a text and of a film's name."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select, text

from db.dialect import COPIED, array_literal, copy_numbers, film_name, storable
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


ARRAYS = [
    ("text", ["", "NULL", None, 'a "quoted" one', "back\\slash", "{a,b}", " é\n😀 ", '\\"']),
    ("text", []),
    ("bigint", [0, None, 2**63 - 1, -(2**63)]),
    ("float8", [0.1, None, 1e-300, 1.0, 0.30000000000000004]),
    ("boolean", [True, None, False]),
    ("date", [dt.date(2024, 2, 29), None]),
]


def test_an_array_is_read_by_postgresql_as_it_was(postgres_url: str) -> None:
    db = Database(postgres_url)
    with db.read() as session:
        cursor = session.connection().connection.cursor()
        for kind, values in ARRAYS:
            cursor.execute(f"SELECT %s::{kind}[]", (array_literal(values),))
            assert cursor.fetchone() == (values,)
    db.dispose()


def test_numbers_are_copied_as_they_are(postgres_url: str) -> None:
    rows = [(1, -(2**31), None), (2**31 - 1, 0, 7)]
    db = Database(postgres_url)
    with db.begin() as session:
        session.execute(text("CREATE TEMPORARY TABLE numbers (a integer, b integer, c integer)"))
        for given in ([], rows):
            copy_numbers(session, postgresql_copy=f"COPY numbers (a, b, c) {COPIED}", rows=given)
        assert session.execute(text("SELECT a, b, c FROM numbers ORDER BY a")).all() == rows
    db.dispose()
