"""The reporting schema: its columns stay, its numbers are the reports', and a reader reads nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import inspect, text

from db.engine import Database
from db.queries.corrections import correct
from db.queries.reports import summary_of_all
from db.queries.summaries import roll_up_due
from db.reporting_views import VIEWS
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
