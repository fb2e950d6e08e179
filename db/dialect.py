"""The few statements that SQLite and PostgreSQL write differently."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, Final

from sqlalchemy import BigInteger, Column, ColumnElement, Table, Text, and_, any_, cast, func, literal, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute, Session

from db.tables import Base


def is_sqlite(session: Session) -> bool:
    """Whether the session speaks to SQLite (else PostgreSQL)."""
    return session.get_bind().dialect.name == "sqlite"


def insert_for(session: Session, table: type[Base] | Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that knows ON CONFLICT."""
    return sqlite.insert(table) if is_sqlite(session) else postgresql.insert(table)


def exclusive(session: Session, key: int) -> bool:
    """Whether this transaction holds the lock `key` alone, without waiting for it.

    On SQLite a write transaction is alone by itself.
    """
    if is_sqlite(session):
        return True
    return bool(session.scalar(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": key}))


def wait_exclusive(session: Session, key: int) -> None:
    """Waits until this transaction holds the lock `key` alone."""
    if not is_sqlite(session):
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})


def insert_rows(session: Session, *, sqlite_sql: str, postgresql_sql: str, rows: Sequence[tuple[Any, ...]]) -> int:
    """Inserts many rows at the driver's speed and returns how many were new.

    `sqlite_sql` takes one row as `?`, `postgresql_sql` takes one array a column as `%s`: with unnest it is 2.5 times as
    fast as executemany there (RELIABILITY.md), and SQLAlchemy's own bulk insert several times slower on both.
    Values: numbers, texts, days, None.
    """
    if not rows:
        return 0
    connection = session.connection().connection
    cursor = connection.cursor()
    try:
        if is_sqlite(session):
            cursor.executemany(sqlite_sql, rows)
        else:
            cursor.execute(postgresql_sql, tuple(array_literal(column) for column in zip(*rows, strict=True)))
        return int(cursor.rowcount)
    finally:
        cursor.close()


def array_literal(values: Iterable[Any]) -> str:
    """An array as PostgreSQL reads it, of numbers, texts, days and None. The driver's own way takes five times as long:
    it looks at each element with several functions."""
    return "{" + ",".join([_element(value) for value in values]) + "}"


def _element(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return str(value)


def is_among(
    session: Session, column: InstrumentedAttribute[int] | Column[int], numbers: Sequence[int]
) -> ColumnElement[bool]:
    """Whether the column is one of these numbers, which go as one parameter however many they are."""
    if is_sqlite(session):
        each = func.json_each(json.dumps(numbers)).table_valued("value")
        return column.in_(select(each.c.value))
    # Unnested: compared with an array that is made of a text, PostgreSQL reads that text anew for each row it looks at.
    return column.in_(select(func.unnest(cast(literal(array_literal(numbers), Text), postgresql.ARRAY(BigInteger)))))


def is_among_near(session: Session, column: Column[int], numbers: Sequence[int]) -> ColumnElement[bool]:
    """As `is_among`, of an indexed column and some hundred numbers, most of which stand near each other.

    Of a table that is new PostgreSQL has no statistics: without the range it reads the whole of it.
    """
    if is_sqlite(session) or not numbers:
        return is_among(session, column, numbers)
    these = literal(list(numbers), postgresql.ARRAY(BigInteger))
    return and_(column.between(min(numbers), max(numbers)), column == any_(these))


def copy_rows(session: Session, *, postgresql_copy: str, rows: Sequence[tuple[Any, ...]]) -> int:
    """Inserts rows of which none is there yet on PostgreSQL, and returns how many; a double one fails them all.

    Three times as fast as `insert_rows`, measured on reviews: a text goes as it is, not as part of an array, and the
    server stores the first rows while the last ones are still on their way.
    """
    cursor = session.connection().connection.cursor()
    try:
        with cursor.copy(postgresql_copy) as copy:
            for row in rows:
                copy.write_row(row)
        return len(rows)
    finally:
        cursor.close()


def insert_numbers(
    session: Session, *, table: str, columns: Sequence[str], rows: Iterable[tuple[int | None, ...]]
) -> None:
    """Inserts rows of whole numbers and None of which none is there yet; a double one fails them all.

    PostgreSQL gets one text for all, since its driver looks at each value by itself, which takes three times as long.
    SQLite gets many rows a statement, which takes two thirds of the time of a statement for each.
    """
    cursor = session.connection().connection.cursor()
    where = f"{table} ({', '.join(columns)})"
    try:
        if is_sqlite(session):
            one, values = f"({', '.join('?' * len(columns))})", list(chain.from_iterable(rows))
            step = MOST_VALUES // len(columns) * len(columns)
            for first in range(0, len(values), step):
                part = values[first : first + step]
                places = ", ".join([one] * (len(part) // len(columns)))
                cursor.execute(f"INSERT INTO {where} VALUES {places}", part)  # noqa: S608 - names out of our code
        else:
            line = "\t".join(["%s"] * len(columns)) + "\n"
            with cursor.copy(f"COPY {where} FROM STDIN (NULL 'None')") as copy:
                copy.write("".join([line % row for row in rows]))
    finally:
        cursor.close()


MOST_VALUES: Final = 999
"""Of one statement: what every SQLite takes."""

FILM_CHARS: Final = 100
"""Longest film name kept: a film is not a sentence, and a choice of Discord's is no longer. (An index of PostgreSQL
holds no entry over 2,704 bytes; sealed, 100 characters of four bytes take 600.)"""


def film_name(value: str | None) -> str | None:
    """A film as it is kept: one line, without control characters, at most 100 characters; None when nothing is left."""
    if not value:
        return None
    line = " ".join(storable(value).split())
    return "".join(sign for sign in line if unicodedata.category(sign) != "Cc")[:FILM_CHARS].strip() or None


def storable(value: str) -> str:
    """The text as both databases can hold it: NUL becomes a blank, a lone surrogate U+FFFD; length is kept."""
    if value.isascii():  # nearly all texts: no lone surrogate is among them
        return value.replace("\x00", " ")
    return value.replace("\x00", " ").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def storable_json(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values with every text in them `storable`, however deep."""
    return {name: _storable_part(value) for name, value in values.items()}


def _storable_part(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, Mapping):
        return storable_json(value)
    return [_storable_part(part) for part in value] if isinstance(value, list | tuple) else value
