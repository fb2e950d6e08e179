"""What both databases can hold of a text and of a film's name."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import BigInteger, Column, MetaData, Table, select, text

from db.dialect import array_literal, film_name, insert_numbers, is_among_near, storable
from db.engine import Database
from db.tables import Review, aspects
from db.types import NewReview
from tests.db.steps import (
    done_file,
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


@pytest.mark.parametrize("n", [0, 1, 2, 333, 334, 1_000])
def test_numbers_are_stored_as_they_are_however_many(db: Database, n: int) -> None:
    rows = [(0, -(2**31), None), (1, 0, 2**31 - 1), *((number, 7, 8) for number in range(2, n))][:n]
    with db.begin() as session:
        session.execute(text("CREATE TEMPORARY TABLE numbers (a integer, b integer, c integer)"))
        insert_numbers(session, table="numbers", columns=("a", "c", "b"), rows=((a, c, b) for a, b, c in rows))
        assert session.execute(text("SELECT a, b, c FROM numbers ORDER BY a")).all() == rows
        session.execute(text("DROP TABLE numbers"))


@pytest.mark.parametrize("these", [[], [3], [1, 2, 4, 900], list(range(1, 400))])
def test_rows_that_stand_near_each_other_are_those_that_are_asked_for(db: Database, these: list[int]) -> None:
    done_file(db, 5)  # reviews 1 to 5, with aspects of the first, second and fourth
    with db.read() as session:
        column = aspects.c.review_id
        found = session.scalars(select(column).where(is_among_near(session, column, these)).distinct().order_by(column))
        assert found.all() == [one for one in (1, 2, 4) if one in these]


def test_a_new_table_is_not_read_whole_for_rows_that_stand_near_each_other(postgres_url: str) -> None:
    """PostgreSQL looked at all aspects for each page of a file until it had counted them, some minutes later."""
    db = Database(postgres_url)
    with db.begin() as session:
        session.execute(text("CREATE TEMPORARY TABLE new (id bigint, n int, side int, PRIMARY KEY (id, n))"))
        session.execute(
            text("INSERT INTO new SELECT i, n, 1 FROM generate_series(1, 2000) i, generate_series(1, 13) n")
        )
        new = Table("new", MetaData(), Column("id", BigInteger), Column("side", BigInteger))
        wanted = select(new).where(is_among_near(session, new.c.id, range(500, 600))).order_by(new.c.id)
        spelt = wanted.compile(session.connection(), compile_kwargs={"literal_binds": True})
        plan = "\n".join(session.scalars(text(f"EXPLAIN {spelt}")))
        assert "Index Cond: ((id >= 500) AND (id <= 599)" in plan
        assert "Seq Scan" not in plan
    db.dispose()
