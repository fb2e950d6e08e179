"""Made-up verdicts by the million, the same on both databases: arithmetic on the row's number, nothing random."""

from __future__ import annotations

from datetime import date
from typing import Final

from sqlalchemy import Connection, text

from db.engine import Database

ME: Final = 1
OTHERS: Final = 7
GUILD: Final = 10
FILMS: Final = 500
DAYS: Final = 1_080
FIRST_DAY: Final = date(2023, 12, 1)
PER_FILE: Final = 50_000
MESSAGES: Final = 2_000
"""Single reviews among a million rows."""

_WORDS: Final = (
    "the", "film", "a", "plot", "scene", "actor", "camera", "light", "music", "story", "end", "hero", "quiet", "long",
    "short", "slow", "bright", "cold", "warm", "old",
)  # fmt: skip


def fill(db: Database, rows: int) -> int:
    """Stores about `rows` verdicts of files and messages that are done; how many jobs that makes."""
    with db.engine.execution_options(begin="BEGIN IMMEDIATE").begin() as connection:
        postgres = connection.dialect.name == "postgresql"
        indexes = _drop_indexes(connection, postgres)
        messages = MESSAGES * rows // 1_000_000
        files = max(1, (rows - messages) // PER_FILE)
        _jobs(connection, postgres, files, messages)
        _texts(connection)
        numbers = _series(postgres, files * PER_FILE)
        _reviews(connection, postgres, numbers, f"1 + (i - 1) / {PER_FILE}", f"1 + (i - 1) % {PER_FILE}", 0)
        numbers = _series(postgres, messages)
        _reviews(connection, postgres, numbers, f"{files} + i", "1", files * PER_FILE)
        _predictions(connection, postgres)
        if postgres:
            connection.execute(text("SET LOCAL maintenance_work_mem = '512MB'"))
        for statement in indexes:
            connection.execute(text(statement))
        connection.execute(text("DROP TABLE bench_texts"))
    if postgres:
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM (ANALYZE) predictions"))
            connection.execute(text("VACUUM (ANALYZE) reviews"))
            connection.execute(text("ANALYZE jobs"))
    return files + messages


def _drop_indexes(connection: Connection, postgres: bool) -> list[str]:
    """Takes the indexes of predictions away, for the time of the filling; how to make them again."""
    if postgres:
        query = "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'predictions' AND indexname LIKE 'ix_%'"
    else:
        query = (
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'predictions' AND sql IS NOT NULL"
        )
    found = connection.execute(text(query)).all()
    for name, _ in found:
        connection.execute(text(f"DROP INDEX {name}"))
    return [definition for _, definition in found]


def _series(postgres: bool, number: int) -> str:
    if postgres:
        return f"generate_series(1::bigint, {number}) AS n(i)"
    return f"(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {number}) SELECT i FROM n) AS n"


def _jobs(connection: Connection, postgres: bool, files: int, messages: int) -> None:
    now = "now()" if postgres else "strftime('%Y-%m-%d %H:%M:%f000', 'now')"
    yes, no = ("true", "false") if postgres else ("1", "0")
    histogram = "[" + ", ".join(["0"] * 20) + "]"
    statement = f"""
        INSERT INTO jobs (kind, state, owner_id, guild_id, source, source_id, part, shared, created_at, finished_at,
                          rows_total, rows_done, rows_rejected, rows_failed, n_positive, n_negative, n_uncertain,
                          histogram, version, rendered_version, delivered_at, rolled_up)
        SELECT CASE WHEN i <= {files} THEN 'file' ELSE 'message' END, 'done',
               CASE WHEN i % 2 = 0 THEN {ME} ELSE 2 + i % {OTHERS} END, {GUILD}, 'cli', i, 0,
               CASE WHEN i % 2 = 0 THEN {no} ELSE {yes} END, {now}, {now},
               {PER_FILE}, {PER_FILE}, 0, 0, 0, 0, 0, '{histogram}', 1, 1, {now}, {no}
        FROM {_series(postgres, files + messages)}
    """
    connection.execute(text(statement))


def _texts(connection: Connection) -> None:
    """A thousand texts of about 300 characters; one in ten is wonderful, one in a thousand has a zeppelin."""
    connection.execute(text("CREATE TABLE bench_texts (k integer PRIMARY KEY, body text)"))
    rows = []
    for k in range(1_000):
        words = [_WORDS[(k * 31 + j * j * 7 + j) % len(_WORDS)] for j in range(55)]
        words += ["wonderful"] if k % 10 == 3 else []
        words += ["zeppelin"] if k == 500 else []
        rows.append({"k": k, "body": " ".join(words)})
    connection.execute(text("INSERT INTO bench_texts VALUES (:k, :body)"), rows)


def _reviews(connection: Connection, postgres: bool, numbers: str, job: str, row: str, offset: int) -> None:
    number = f"(i + {offset})"
    day = (
        f"DATE '{FIRST_DAY}' + ({number} * 7919 % {DAYS})::int"
        if postgres
        else (f"date('{FIRST_DAY}', ({number} * 7919 % {DAYS}) || ' days')")
    )
    k = f"({number} * 7907 % 1000)"
    film = f"'Film ' || ({k} * {k} * {FILMS} / 1000000)"
    connection.execute(
        text(f"""
            INSERT INTO reviews (job_id, row_number, text, film, day)
            SELECT {job}, {row}, t.body, {film}, {day}
            FROM {numbers} JOIN bench_texts t ON t.k = {number} * 10007 / 13 % 1000 ORDER BY i
        """)
    )


def _predictions(connection: Connection, postgres: bool) -> None:
    """Probabilities crowd at both ends, as a model's do; no two are equal within a hundred million rows."""
    now = "now()" if postgres else "strftime('%Y-%m-%d %H:%M:%f000', 'now')"
    share = "((r.id * 48271 % 100000007) / 100000007.0)"
    p = f"CASE WHEN {share} < 0.5 THEN 2 * {share} * {share} ELSE 1 - 2 * (1 - {share}) * (1 - {share}) END"
    floor = "CAST(floor(p * 20) AS int)" if postgres else "CAST(p * 20 AS int)"
    connection.execute(
        text(f"""
            INSERT INTO predictions (review_id, job_id, owner_id, guild_id, shared, film, day, label, probability, bin,
                                     flags, model, created_at)
            SELECT id, job_id, owner_id, guild_id, shared, film, day,
                   CASE WHEN p > 0.55 THEN 'positive' WHEN p < 0.45 THEN 'negative' ELSE 'uncertain' END,
                   p, CASE WHEN p >= 1 THEN 19 ELSE {floor} END,
                   CASE WHEN id % 20 = 0 THEN 'too_short' WHEN id % 50 = 7 THEN 'truncated' ELSE '' END,
                   'made-up', {now}
            FROM (SELECT r.id, r.job_id, j.owner_id, j.guild_id, j.shared, r.film, r.day,
                         CAST({p} AS double precision) AS p
                  FROM reviews r JOIN jobs j ON j.id = r.job_id) AS scored
        """)
    )
