"""Log lines of the worker: one JSON object each on standard error, or plain text where a person watches.

No review text comes here: callers log ids, counts and the types of errors, never their messages.
"""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Final

PLAIN: Final = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_QUIET: Final = (
    "celery.apps.worker",
    "celery.redirected",
    "celery.app.trace",
    "celery.worker.strategy",
    "kombu",
    "alembic",
    "sqlalchemy",
)
"""Libraries that would repeat task arguments or errors with their values: only their warnings pass."""


class JsonLines(logging.Formatter):
    """time (UTC, ISO 8601), level, logger, message; of an exception only its type."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "process": record.process,
            "message": record.getMessage(),
        }
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
        return json.dumps(line, ensure_ascii=False)


def configure(level: str) -> None:
    """Sends this process's logs to standard error from `level` (DEBUG, INFO, ...) on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter(PLAIN) if sys.stderr.isatty() else JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.getLogger("celery").setLevel(max(logging.INFO, logging.getLogger().level))
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
