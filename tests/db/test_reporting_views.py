"""The reporting schema: its columns stay, its numbers are the reports', and a reader reads nothing else."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import inspect, text, update

from db.dialect import is_sqlite
from db.engine import Database
from db.queries.corrections import correct
from db.queries.reports import summary_of_all
from db.queries.summaries import roll_up_due
from db.reporting_views import VIEWS, WITH_TEXTS
from db.tables import Review, Upload
from db.types import NewReview, ReportFilter
from tests.db.steps import ME, done_file, done_review
from tests.fixtures.postgres_server import PostgresServer

PAGE = (Path(__file__).parents[2] / "docs" / "database.md").read_text(encoding="utf-8")
SECTION = PAGE.split("## The reporting schema")[1].split("\n## ")[0]


def statements(kind: str) -> list[str]:
    blocks = re.findall(rf"```{kind}\n(.*?)```", SECTION, re.DOTALL)
    bare = re.sub(r"--[^\n]*", "", ";".join(blocks))
    return [one.strip() for one in bare.split(";") if one.strip()]


def test_the_columns_are_the_promised_ones(db: Database) -> None:
    found = inspect(db.engine)
    assert {name for name in found.get_view_names() if name.startswith("reporting_")} == set(VIEWS)
    for name, columns in VIEWS.items():
        assert tuple(column["name"] for column in found.get_columns(name)) == columns


def test_no_view_tells_whose_it_is_or_what_was_written() -> None:
    told = {column for columns in VIEWS.values() for column in columns}
    assert [name for name, columns in VIEWS.items() if "text" in columns] == [WITH_TEXTS]
    told -= {"text"}
    secret = {"owner_id", "user_id", "guild_id", "channel_id", "message_id", "text", "note", "explanation", "filename"}
    assert not told & secret


def test_the_numbers_are_those_of_the_reports(db: Database) -> None:
    done_file(db, 30)
    roll_up_due(db)
    done_file(db, [NewReview(n, f"text {n}", rating=100 * (n % 11)) for n in range(1, 22)])
    correct(db, ME, done_review(db, score=0.9), "negative", "no")
    expected = summary_of_all(db, ReportFilter())
    counts = (expected.total, expected.n_positive, expected.n_negative, expected.n_uncertain, expected.n_flagged)
    with db.read() as session:
        for view in ("reporting_days", "reporting_films", "reporting_films_daily"):
            sums = "sum(reviews), sum(positive), sum(negative), sum(uncertain), sum(flagged)"
            assert tuple(map(int, session.execute(text(f"SELECT {sums} FROM {view}")).one())) == counts
            weighed = text(f"SELECT sum(reviews * average_probability) / sum(reviews) FROM {view}")
            assert session.scalar(weighed) == pytest.approx(expected.mean_probability)
            parts = "sum(with_stars), sum(with_stars * average_stars), sum(rated), sum(agreed)"
            stars = text(f"SELECT {parts} FROM {view}")
            told = expected.stars
            assert tuple(map(float, session.execute(stars).one())) == (told.n, told.total, told.rated, told.agreed)
            assert told.rated > told.agreed > 0
        assert session.scalar(text("SELECT count(*) FROM reporting_verdicts")) == expected.total
        given = text("SELECT count(given_stars), max(given_stars), count(mixed) FROM reporting_verdicts")
        assert session.execute(given).one() == (21, 10, 0)
        assert session.execute(text("SELECT agreed, label, corrected_label FROM reporting_quality")).one() == (
            0, "positive", "negative",
        )  # fmt: skip


def test_texts_are_there_while_they_are_kept_and_sealed_ones_are_not(db: Database) -> None:
    day = date(2026, 1, 2)
    texts = ["plain", "sealed:2:00000000:like", "SEALED:2: shouted", "gone"]
    rows = [NewReview(n, one, "Heat", day, rating=850) for n, one in enumerate(texts, 1)]
    job = done_file(db, [*rows, NewReview(5, "alone", None, date(2026, 1, 9))])
    done_review(db, "by message")
    done_review(db, "secret words")
    look = {
        "copies": {"count": 2, "rows": [1, 3]},
        "adverts": {"count": 1, "rows": [2]},
        "bursts": [{"day": "2026-01-02"}],
    }
    with db.begin() as session:
        session.execute(update(Upload).where(Upload.job_id == job).values(hygiene=look))
        session.execute(update(Review).where(Review.job_id == job, Review.row_number == 4).values(text=None))
        session.execute(text("UPDATE reviews SET text = 'sealed:2:0a1b2c3d:x' WHERE text = 'secret words'"))
    asked = "row_number, text, sealed, given_stars, near_copy, advert, burst"
    with db.read() as session:
        if not is_sqlite(session):  # an analyst's connection writes dates as it likes
            session.execute(text("SET LOCAL datestyle = 'German'"))
        found = session.execute(text(f"SELECT {asked} FROM reporting_reviews ORDER BY review_id")).all()
        labels = text("SELECT v.label = r.label FROM reporting_verdicts v JOIN reporting_reviews r USING (review_id)")
        assert session.scalars(labels).all() == [True] * 7
    assert [tuple(row) for row in found] == [
        (1, "plain", 0, 8.5, 1, 0, 1),
        (2, "sealed:2:00000000:like", 0, 8.5, 0, 1, 1),
        (3, "SEALED:2: shouted", 0, 8.5, 1, 0, 1),
        (4, None, None, 8.5, 0, 0, 1),
        (5, "alone", 0, None, 0, 0, 0),
        (1, "by message", 0, None, None, None, None),
        (1, None, 1, None, None, None, None),
    ]


def test_the_queries_on_the_page_run(db: Database) -> None:
    done_file(db, 30)
    queries = statements("sql")
    assert len(queries) >= 5
    with db.read() as session:
        for query in queries:
            session.execute(text(query)).all()


def test_a_reader_of_postgresql_reads_the_views_and_nothing_else(
    postgres_server: PostgresServer, postgres_url: str
) -> None:
    """The grants of the page, run as they stand there."""
    db = Database(postgres_url)
    done_file(db, 6)
    name = str(db.url.database)
    db.dispose()
    grants = [one.replace("reelfeel_db", name) for one in statements("postgresql")]
    assert len(grants) >= 3
    try:
        with psycopg.connect(postgres_server.dsn(name), autocommit=True) as host:
            for grant in grants:
                host.execute(grant)  # type: ignore[call-overload]
        with psycopg.connect(f"host={postgres_server.folder} user=reelfeel_reader dbname={name}") as reader:
            for view in VIEWS:
                reader.execute(f"SELECT * FROM {view}").fetchall()  # type: ignore[call-overload]
            reader.rollback()
            for refused in (
                "SELECT text FROM reviews", "SELECT owner_id FROM predictions", "SELECT * FROM jobs",
                "SELECT * FROM report_days", "DELETE FROM reporting_jobs", "CREATE TABLE mine (i int)",
            ):  # fmt: skip
                with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction)):
                    reader.execute(refused)  # type: ignore[call-overload]
                reader.rollback()
    finally:
        with psycopg.connect(postgres_server.dsn(name), autocommit=True) as host:
            host.execute("DROP OWNED BY reelfeel_reader")
            host.execute("DROP ROLE reelfeel_reader")
