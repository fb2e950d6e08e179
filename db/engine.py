"""Engine and sessions of the database: one object a process, SQLite or PostgreSQL by its URL."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from functools import cache
from pathlib import Path
from typing import Final

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    InterfaceError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session
from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_fixed

from common.url_secrets import advice, is_raw, raw_ampersand
from db.crypto import Sealer
from db.errors import DatabaseFull, DatabaseUnavailable, SchemaOutdated, WrongDatabaseUrl
from db.reserve import Reserve, is_freeing
from db.schema import problem
from db.write_priority import PriorityLock

BUSY_S: Final = 30
"""Longest wait for SQLite's one write lock, seconds."""
SWITCH_S: Final = 0.01
"""Pause between two attempts to put a new SQLite file into write-ahead mode, seconds."""
CONNECT_S: Final = 5
"""Longest wait for PostgreSQL to answer a connection, seconds."""
GONE_MS: Final = 50_000
"""A PostgreSQL that acknowledges nothing for so long, milliseconds, is gone: the connection is given up."""
IDLE_S: Final = 60
"""PostgreSQL ends a transaction whose process stopped in the middle after so many seconds; its locks go with it."""

CACHE_KIB: Final = 8 * 1024
"""SQLite's own cache of a connection: verdicts of a chunk lie all over the indexes, and 2 MiB hold too few pages."""
CHECKPOINT_PAGES: Final = 8_192
"""Pages of SQLite's write-ahead log (32 MiB) after which they go into the file. The same pages are written again and
again while a file is scored: at SQLite's own 1,000 nearly every chunk pays for copying them, and for two fsync."""

BEGIN: Final = f"BEGIN; SET LOCAL TIME ZONE 'UTC'; SET LOCAL idle_in_transaction_session_timeout = '{IDLE_S}s'"
"""Of every transaction of PostgreSQL, one message: what is set for a session would stay with a pooler's connection."""
SQLITE_OPTIONS: Final = ("uri", "mode", "cache", "immutable", "nolock", "vfs", "timeout", "check_same_thread")
"""What may stand behind the ? of an SQLite URL."""

LOST: Final = "was deleted or replaced while it was in use, so nothing more is stored: put it back and start again."
READ_ONLY: Final = "cannot be written to: check the rights of its file, or that it is no replica."
UNFIT: Final = "The tables are not those that this program needs: `reelfeel db check` says what to do."
"""Where a statement fails: which of the two is newer is not known there."""


def sql_url(url: str) -> URL:
    """The URL with its driver: `postgres://` and `postgresql://` mean psycopg 3. Raises WrongDatabaseUrl."""
    if not url.startswith("sqlite") and is_raw(url):
        raise WrongDatabaseUrl(advice("DATABASE_URL"))
    try:
        parsed = make_url(url.strip())
    except (ArgumentError, ValueError):
        # The value is left out: a mistyped URL still holds the password.
        raise WrongDatabaseUrl(
            "DATABASE_URL is not a database URL: write it as postgresql://user:password@host:5432/name or sqlite:///file."
        ) from None
    kind = parsed.get_backend_name()
    if kind in ("postgres", "postgresql"):
        _check_options(parsed, _libpq_options())
        return parsed.set(drivername="postgresql+psycopg")
    if kind != "sqlite":
        raise WrongDatabaseUrl("DATABASE_URL names a kind of database that is not supported: use SQLite or PostgreSQL.")
    if parsed.database in (None, "", ":memory:"):
        raise WrongDatabaseUrl("An SQLite database in memory keeps nothing: name a file as sqlite:///file.")
    _check_options(parsed, SQLITE_OPTIONS)
    return parsed.set(drivername="sqlite")


def _check_options(url: URL, known: Collection[str]) -> None:
    """Raises WrongDatabaseUrl for what stands behind the ? and the driver does not know."""
    unknown = sorted(set(url.query) - set(known))
    if unknown and "password" in url.query:
        raise WrongDatabaseUrl(raw_ampersand("DATABASE_URL"))
    if unknown:
        raise WrongDatabaseUrl(
            f"DATABASE_URL holds the option {unknown[0]}, which this kind of database does not know: take it away."
        )


@cache
def _libpq_options() -> frozenset[str]:
    """What libpq takes in a URL, as it lists it itself."""
    from psycopg.pq import Conninfo  # here: who has SQLite loads no libpq

    return frozenset(option.keyword.decode() for option in Conninfo.get_defaults())


def location(url: URL) -> str:
    """Where the database is, for messages: kind, host, port and name, never user or password."""
    if url.get_backend_name() == "sqlite":
        return f"SQLite file {url.database}"
    host = url.host or url.query.get("host") or "localhost"
    port = f":{url.port}" if url.port else ""
    return f"PostgreSQL at {host if isinstance(host, str) else host[0]}{port}, database {url.database}"


def make_engine(url: URL, *, durable: bool, foreign_keys: bool = True) -> Engine:
    """An engine whose connections begin transactions themselves; on SQLite as `begin` in the execution options says.

    PostgreSQL may stand behind a pooler that gives every transaction another connection (PgBouncer, Supavisor, Neon):
    nothing is set for a connection, not even at its start, where poolers refuse `options`; what a transaction needs
    goes with its BEGIN, in one message; and no statement is prepared, for the next one may go to another connection.
    """
    if url.get_backend_name() == "postgresql":
        return _postgresql(url)
    engine = create_engine(
        url, connect_args={"timeout": BUSY_S}, pool_size=5, max_overflow=20, pool_timeout=BUSY_S, hide_parameters=True
    )

    @event.listens_for(engine, "do_connect")
    def connecting(*_: object) -> None:
        _make_private(Path(url.database or ""))

    @event.listens_for(engine, "connect")
    def connected(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # sqlite3 must not begin by itself: its BEGIN is deferred
        _to_wal(connection)
        connection.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
        connection.execute(f"PRAGMA cache_size=-{CACHE_KIB}")
        # The process that somebody waits for leaves that work to the others, where there are any.
        connection.execute(f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES * (2 if durable else 1)}")
        connection.execute("PRAGMA secure_delete=ON")  # a deleted text is overwritten; some builds leave it standing
        connection.execute(f"PRAGMA foreign_keys={'ON' if foreign_keys else 'OFF'}")

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))

    return engine


def _postgresql(url: URL) -> Engine:
    engine = create_engine(
        url,
        connect_args={
            "connect_timeout": CONNECT_S,
            "application_name": "reelfeel",
            # The driver begins no transaction: our BEGIN carries what it needs.
            "autocommit": True,
            "prepare_threshold": None,
            # A machine that vanished closes no connection: without these a query waits for it for two hours.
            "keepalives_idle": 20,
            "keepalives_interval": 10,
            "keepalives_count": 3,
            "tcp_user_timeout": GONE_MS,
        },
        pool_pre_ping=True,
        pool_size=5,
        max_overflow=20,
        pool_timeout=BUSY_S,
        hide_parameters=True,  # they hold texts of reviews, and errors are logged
    )

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
            # Of its own, also where the rows of what follows are streamed.
            connection.exec_driver_sql(BEGIN, execution_options={"stream_results": False, "yield_per": None})

    return engine


def _make_private(file: Path) -> None:
    """Makes a new file its owner's alone before anything stands in it, and one that was not so; its log too."""
    with suppress(OSError):  # it is there, or SQLite will say what is wrong
        os.close(os.open(file, os.O_CREAT | os.O_EXCL, 0o600))
    for one in (file, *(file.with_name(file.name + end) for end in ("-wal", "-shm"))):
        with suppress(OSError):
            known = one.stat()
            if known.st_uid == os.geteuid() and known.st_mode & 0o077:
                one.chmod(0o600)


def _to_wal(connection: sqlite3.Connection) -> None:
    """Puts a new file into write-ahead mode, however many processes do so at the same moment.

    The switch is the one statement for which SQLite does not wait: where two processes meet in it, one is told at once
    that the database is locked, whatever its timeout (10 of 1,200 files, measured). Raises sqlite3.OperationalError.
    """

    def switch() -> None:
        (before,) = connection.execute("PRAGMA busy_timeout").fetchone()
        connection.execute("PRAGMA busy_timeout=0")
        try:
            at_once()
        finally:
            connection.execute(f"PRAGMA busy_timeout={before}")

    def at_once() -> None:
        if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
            # Counts while the file has no tables: deletions can then give room back (`db.operations.shrink`).
            connection.execute("PRAGMA auto_vacuum=INCREMENTAL")
            # Where the file system has no shared memory this changes nothing, and is no error either.
            connection.execute("PRAGMA journal_mode=WAL")

    busy = retry_if_exception(lambda error: getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY)
    Retrying(retry=busy, stop=stop_after_delay(BUSY_S), wait=wait_fixed(SWITCH_S), reraise=True)(switch)


class Database:
    """Connections to one database; safe to share between threads, not between processes.

    `durable`: on SQLite every commit reaches the disk before it returns (synchronous=FULL), for the process that
    promises a user that a review is stored. Without, a power cut may lose the last scores, which can be computed again.
    Making one connects to nothing; the first use raises DatabaseUnavailable when that fails.

    `text_keys`: what stored texts are sealed with (`db.crypto`), the newest key first; none stores them plain, None
    hands rows on as they are stored. Raises BadTextKey.
    """

    def __init__(self, url: str, *, durable: bool = False, text_keys: Sequence[str] | None = ()) -> None:
        self.url = sql_url(url)
        self.engine = make_engine(self.url, durable=durable)
        self.sealer = Sealer(text_keys or ())
        # Where the columns of sealed texts look for it, once for each engine.
        self.engine.dialect.reelfeel_sealer = None if text_keys is None else self.sealer  # type: ignore[attr-defined]
        self._writer = self.engine.execution_options(begin="BEGIN IMMEDIATE")
        file = self.url.database if self.url.get_backend_name() == "sqlite" else None
        self._gate = None if file is None else PriorityLock(file)
        self.reserve: Reserve | None = None if file is None else Reserve(Path(file))
        self._file = None if file is None else Path(file)
        self._identity: tuple[int, int] | None = None
        """Device and number of the file that was opened first: SQLite goes on writing to one that has no name."""
        if self._file is not None:
            event.listen(self.engine, "connect", self._opened)

    @contextmanager
    def begin(self, *, bulk: bool = False) -> Iterator[Session]:
        """A session in one write transaction: committed at the end, rolled back on an exception.

        On SQLite it takes the write lock at once (BEGIN IMMEDIATE): a deferred one fails when two become writers.
        `bulk`: nobody waits for this one alone, so those for whom somebody waits go first (`db.write_priority`).
        Raises DatabaseFull for a bulk one that frees nothing, while only what frees space may write (`db.reserve`).
        """
        if bulk:
            self.check_room()
        self.check_there()
        with (
            self._turn(bulk),
            translate_errors(self.url),
            Session(self._writer, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    def _opened(self, *_: object) -> None:
        if self._identity is None and self._file is not None:
            found = self._file.stat()
            self._identity = (found.st_dev, found.st_ino)

    def check_there(self) -> None:
        """Raises DatabaseUnavailable when the file of an SQLite database is not the one that was opened, or is gone."""
        if self._file is None or self._identity is None:
            return
        try:
            found = self._file.stat()
        except FileNotFoundError:
            found = None
        if found is None or (found.st_dev, found.st_ino) != self._identity:
            raise DatabaseUnavailable(f"The database ({location(self.url)}) {LOST}")

    def check_usable(self) -> None:
        """As `check_there`, and where the file or its folder may not be written to. Asks the file system alone."""
        self.check_there()
        if self._file is None or self._identity is None:
            return
        read_only = os.statvfs(self._file).f_flag & os.ST_RDONLY
        if read_only or not os.access(self._file, os.W_OK) or not os.access(self._file.parent, os.W_OK):
            raise DatabaseUnavailable(f"The database ({location(self.url)}) {READ_ONLY}")

    def check_room(self) -> None:
        """Raises DatabaseFull while the disk has no room but for what frees space."""
        if self.reserve is not None and self.reserve.released and not is_freeing():
            raise DatabaseFull(f"The database ({location(self.url)}) has no space left on its disk: free some.")

    def _turn(self, bulk: bool) -> AbstractContextManager[None]:
        if self._gate is None:
            return nullcontext()
        if not bulk:
            return self._gate.urgent()
        self._gate.wait()
        return nullcontext()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session for reading; on SQLite it never waits for a writer."""
        with translate_errors(self.url), Session(self.engine, expire_on_commit=False) as session:
            yield session

    def check_schema(self) -> None:
        """Raises SchemaOutdated unless the tables are at the newest migration, DatabaseUnavailable when unreachable."""
        with translate_errors(self.url), self.engine.connect() as connection:
            sentence = problem(connection)
            if sentence is not None:
                raise SchemaOutdated(sentence)

    def dispose(self) -> None:
        """Closes all connections that are not in use."""
        self.engine.dispose()


@contextmanager
def translate_errors(url: URL) -> Iterator[None]:
    """Turns the errors of SQLAlchemy that mean 'not there' into ours; those that mean a bug pass."""
    try:
        yield
    except PoolTimeout as error:
        raise DatabaseUnavailable(
            f"The database ({location(url)}) is too busy: no connection was free in {BUSY_S} seconds."
        ) from error
    except DBAPIError as error:
        database_error = _as_db_error(error, url)
        if database_error is None:
            raise
        raise database_error from None


_TROUBLES: Final = (
    (
        ("unsupported startup parameter",),
        "refuses an option of DATABASE_URL: take it away, or name it in ignore_startup_parameters of the pooler.",
    ),
    (("password authentication failed", "28P01"), "refuses the user name or password: correct them."),
    (("does not support SSL", "no encryption"), "and DATABASE_URL disagree about encryption: set sslmode in the URL."),
    (("certificate verify failed",), "shows a certificate that is not trusted: name its authority with sslrootcert."),
    (("database is locked",), f"was locked for {BUSY_S} seconds: try again."),
    (("disk is full", "53100"), "has no space left on its disk: free some."),
    (("readonly database", "25006"), READ_ONLY),
    (("is not a database", "malformed"), "is no SQLite database or is damaged: name another file or restore a copy."),
)
"""SQLSTATEs of PostgreSQL or words of SQLite, and what they mean to a host."""


def _as_db_error(error: DBAPIError, url: URL) -> DatabaseUnavailable | SchemaOutdated | None:
    """Our error for one of the driver's; None for a bug, which must not be mistaken for an outage."""
    words = str(error.orig)
    state = getattr(error.orig, "sqlstate", None)
    if state in ("42P01", "42703") or "no such table" in words or "no such column" in words:
        return SchemaOutdated(UNFIT)
    for signs, trouble in _TROUBLES:
        if state in signs or any(sign in words for sign in signs):
            kind = DatabaseFull if "53100" in signs else DatabaseUnavailable
            return kind(f"The database ({location(url)}) {trouble}")
    if isinstance(error, OperationalError | InterfaceError) or error.connection_invalidated:
        return DatabaseUnavailable(
            f"The database ({location(url)}) cannot be reached: "
            "check that it is running and that DATABASE_URL is right."
        )
    return None
