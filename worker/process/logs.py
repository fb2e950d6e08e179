"""Log lines of a process: one JSON object each on standard error, or plain text where a person watches.

No review text and no secret comes here: callers log ids, counts and the types of errors, never their messages.
"""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Final

EXTRAS: Final = ("reference", "places", "guilds")
"""Fields of a record that are written beside the message."""
_QUIET: Final = (
    *("discord", "aiohttp", "matplotlib", "PIL", "kombu", "sqlalchemy", "alembic"),
    *("celery.apps.worker", "celery.redirected", "celery.app.trace", "celery.worker.strategy"),
)
"""Libraries of which only warnings pass: below that they repeat what is sent, task arguments or values."""


class JsonLines(logging.Formatter):
    """time (UTC, ISO 8601), level, logger, message and the extras; of an exception only its type."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "process": record.process,
            "message": record.getMessage(),
        }
        line |= {name: getattr(record, name) for name in EXTRAS if getattr(record, name, None)}
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
        return json.dumps(line, ensure_ascii=False, default=str)


class _Plain(logging.Formatter):
    """For a terminal; the traceback of an exception is left out as in JSON, for it may quote a review."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        line = f"{self.formatTime(record)} {record.levelname} {record.name}: {record.getMessage()}"
        line += "".join(f" {name}={getattr(record, name)}" for name in EXTRAS if getattr(record, name, None))
        if record.exc_info and record.exc_info[0]:
            line += f" ({record.exc_info[0].__name__})"
        return line


def configure(level: str) -> None:
    """Sends this process's logs to standard error from `level` (DEBUG, INFO, ...) on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Plain() if sys.stderr.isatty() else JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.getLogger("celery").setLevel(max(logging.INFO, logging.getLogger().level))
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
