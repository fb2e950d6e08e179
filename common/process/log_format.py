"""Log lines of a process: one JSON object each on standard error, or plain text where a person watches.

No review text and no secret comes here. Our own callers log ids, counts and the types of errors; of other libraries
the first line of a message is written, filled with its numbers alone, for what else fills it may quote a review or an
address with a password. Of an exception only the type is written, for the same reason.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final, Literal

from pythonjsonlogger.json import JsonFormatter

Format = Literal["json", "text"]

EXTRAS: Final = (
    *("job", "chunk", "attempt", "kind", "queue", "rows", "seconds", "stored", "error"),
    *("reference", "places", "guilds", "shards", "worker", "code", "port"),
)
"""Fields of a record (`extra=`) that are written beside the event; all others are dropped."""
OURS: Final = frozenset({"bot", "cli", "common", "db", "model", "reporting", "worker"})
"""First parts of the names of our own loggers."""
MOST_CHARS: Final = 300
_SECRETS: Final = (
    (re.compile(r"(\w+://)[^\s/@]*@"), r"\1***@"),  # user and password of an address
    (re.compile(r"[\w-]{18,}\.[\w-]{5,}\.[\w-]{20,}"), "***"),  # a token of Discord
    (re.compile(r"(/(?:webhooks|interactions)/\d+/)[\w-]+"), r"\1***"),  # the token in a path of Discord
)
_QUIET: Final = (
    *("discord", "aiohttp", "matplotlib", "numba", "PIL", "kombu", "sqlalchemy", "alembic"),
    *("celery.apps.worker", "celery.redirected", "celery.app.trace", "celery.worker.strategy"),
)
"""Libraries of which only warnings pass: below that they repeat what is sent, task arguments or values."""


def scrubbed(words: str) -> str:
    """The words without what looks like a secret, at most 300 characters."""
    for shape, instead in _SECRETS:
        words = shape.sub(instead, words)
    return words[:MOST_CHARS]


def event_of(record: logging.LogRecord) -> str:
    """What happened: our own message, or the first line of another library's, with nothing but its numbers."""
    if record.name.partition(".")[0] in OURS:
        return scrubbed(record.getMessage())
    lines = _with_numbers(str(record.msg), record.args).strip().splitlines()
    return scrubbed(lines[0]) if lines else ""


class _Hidden:
    """Stands for a value that may be private: shown as its place is."""

    def __str__(self) -> str:
        return "%s"

    __repr__ = __str__


def _with_numbers(message: str, args: Any) -> str:
    """The message filled with the numbers among its values; of an error, with the name of its type."""
    if not args:
        return message
    try:
        if isinstance(args, Mapping):
            return message % {name: _shown(value) for name, value in args.items()}
        return message % tuple(_shown(value) for value in args)
    except (TypeError, ValueError, KeyError):
        return message


def _shown(value: Any) -> Any:
    if isinstance(value, int | float):
        return value
    return type(value).__name__ if isinstance(value, BaseException) else _Hidden()


def error_of(record: logging.LogRecord) -> str | None:
    """The type of the error that a record is about, by its name; None when it is about none."""
    if record.exc_info and record.exc_info[0]:
        return record.exc_info[0].__name__
    named = getattr(record, "error", None)
    return None if named is None else str(named)


def fields_of(record: logging.LogRecord) -> dict[str, Any]:
    """The extras that this record has, with the error's type among them; numbers as they are, words scrubbed."""
    found = {name: value for name in EXTRAS if (value := getattr(record, name, None)) not in (None, [], "")}
    if error := error_of(record):
        found["error"] = error
    for name, value in found.items():
        if isinstance(value, float):
            found[name] = round(value, 4)
        elif isinstance(value, list):
            found[name] = [scrubbed(str(one)) for one in value]
        elif not isinstance(value, int):
            found[name] = scrubbed(str(value))
    return found


class JsonLines(JsonFormatter):
    """ts (UTC, ISO 8601), level, room, logger, pid, event, and what `fields_of` finds."""

    def __init__(self, room: str) -> None:
        super().__init__(json_ensure_ascii=False, json_default=str)
        self._room = room

    def formatException(self, ei: Any) -> str:
        """Nothing: a traceback ends with the exception's message."""
        return ""

    def add_fields(self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]) -> None:
        """Fills one line."""
        log_data["ts"] = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        log_data |= {"level": record.levelname, "room": self._room, "logger": record.name, "pid": record.process}
        log_data["event"] = event_of(record)
        log_data |= fields_of(record)


class Plain(logging.Formatter):
    """The same for a terminal: time, level, room, event, then name=value."""

    def __init__(self, room: str) -> None:
        super().__init__()
        self._room = room

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        found = "".join(f" {name}={value}" for name, value in fields_of(record).items())
        return f"{self.formatTime(record)} {record.levelname} {self._room} {record.name}: {event_of(record)}{found}"


class _Count(logging.Handler):
    """Tells a counter of each warning about an error, and of each error."""

    def __init__(self, count: Callable[[str], object]) -> None:
        super().__init__(logging.WARNING)
        self._count = count

    def emit(self, record: logging.LogRecord) -> None:
        kind = error_of(record)
        if kind is not None or record.levelno >= logging.ERROR:
            self._count(kind or "other")


def configure(
    level: str, *, room: str, format: Format | None = None, on_error: Callable[[str], object] | None = None
) -> None:
    """Sends this process's logs to standard error from `level` (DEBUG, INFO, ...) on, and uncaught errors with them.

    `format` None: text in a terminal, else JSON. `on_error`: called with the type of each error that is logged.
    """
    text = sys.stderr.isatty() if format is None else format == "text"
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Plain(room) if text else JsonLines(room))
    handlers = [handler] if on_error is None else [handler, _Count(on_error)]
    logging.basicConfig(level=level, handlers=handlers, force=True)
    logging.raiseExceptions = False  # a line that cannot be written must not be printed with its arguments instead
    logging.getLogger("celery").setLevel(max(logging.INFO, logging.getLogger().level))
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger("common.process").critical("uncaught", extra={"error": kind.__name__, "places": places_of(trace)})


def _uncaught_in_thread(told: threading.ExceptHookArgs) -> None:
    if told.exc_type is not SystemExit:
        logging.getLogger("common.process").error(
            "uncaught in a thread", extra={"error": told.exc_type.__name__, "places": places_of(told.exc_traceback)}
        )


def places_of(trace: TracebackType | None, *, most: int = 6) -> list[str]:
    """The innermost places of a traceback as `file:line function`, without the lines' text or any value."""
    places: list[str] = []
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{code.co_filename}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return places[-most:]
