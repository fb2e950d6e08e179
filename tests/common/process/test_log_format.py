"""What a log line looks like, and that no text, no value and no secret gets into one."""

from __future__ import annotations

import io
import json
import logging
import sys
import threading
from pathlib import Path

import pytest

from common.process.log_format import JsonLines, Plain, scrubbed
from tests.fixtures.logs import MARK, PASSWORD, TOKEN, clean

ROOT = Path(__file__).parents[3]


def record(name: str, message: str, *arguments: object, **extra: object) -> logging.LogRecord:
    made = logging.LogRecord(name, logging.ERROR, "file.py", 7, message, arguments, None)
    made.__dict__.update(extra)
    return made


def test_a_line_has_its_fields() -> None:
    told = record("worker.jobs.chunk", "chunk stored", job=4, chunk=5, attempt=1, seconds=0.123456, secret=MARK)
    line = json.loads(JsonLines("worker").format(told))
    assert line.pop("ts").endswith("+00:00")
    assert line.pop("pid")
    assert line == {
        "level": "ERROR", "room": "worker", "logger": "worker.jobs.chunk", "event": "chunk stored",
        "job": 4, "chunk": 5, "attempt": 1, "seconds": 0.1235,
    }  # fmt: skip
    plain = Plain("worker").format(told)
    assert "chunk stored job=4 chunk=5 attempt=1 seconds=0.1235" in plain
    assert MARK not in plain


def test_an_error_is_told_by_its_type_and_a_library_by_its_unfilled_first_line() -> None:
    try:
        raise ValueError(MARK)
    except ValueError:
        told = record("celery.app.trace", "Task %s raised: %s\nbody", "t", MARK)
        told.exc_info = sys.exc_info()
    for written in (JsonLines("worker").format(told), Plain("worker").format(told)):
        assert MARK not in written
        assert "ValueError" in written
        assert "Task %s raised: %s" in written
        assert "body" not in written


@pytest.mark.parametrize(
    "words",
    [
        f"redis://:{PASSWORD}@host:6379/0 is away",
        f"postgresql+psycopg://me:{PASSWORD}@host/db",
        f"token {TOKEN}",
        f"POST https://discord.com/api/v10/webhooks/123/{PASSWORD}/messages responded with 429",
    ],
)
def test_what_looks_like_a_secret_is_starred(words: str) -> None:
    assert PASSWORD not in scrubbed(words)
    assert TOKEN not in scrubbed(words)
    assert "***" in scrubbed(words)


def test_uncaught_errors_are_told_by_their_type(written: io.StringIO) -> None:
    def die() -> None:
        raise RuntimeError(MARK)

    thread = threading.Thread(target=die)
    thread.start()
    thread.join()
    try:
        die()
    except RuntimeError as error:
        sys.excepthook(type(error), error, error.__traceback__)
    logging.getLogger("bot").info("%d of %s", "no number", MARK)  # a line that cannot be written
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    assert [line["error"] for line in lines] == ["RuntimeError", "RuntimeError"]
    assert all("test_log_format.py" in line["places"][-1] for line in lines)
    clean(written.getvalue())


def test_a_line_of_every_room_of_ours_is_filled_in() -> None:
    rooms = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}
    assert len(rooms) >= 7
    for room in rooms:
        assert "chunk 7" in Plain("worker").format(record(f"{room}.inner", "chunk %d", 7)), room


@pytest.mark.parametrize(
    ("message", "values", "shown"),
    [
        (
            "%s %s responded with %s. Retrying in %.2f seconds.",
            ("GET", MARK, 429, 0.5),
            "%s %s responded with 429. Retrying in 0.50 seconds.",
        ),
        (
            "Shard ID %s heartbeat blocked for more than %s seconds.\n%s",
            (0, 10, MARK),
            "Shard ID 0 heartbeat blocked for more than 10 seconds.",
        ),
        ("lost: %r", (ValueError(MARK),), "lost: 'ValueError'"),
        ("%(what)s took %(seconds)d s", ({"what": MARK, "seconds": 3},), "%s took 3 s"),
        ("%d words", (MARK,), "%d words"),
        ("100 %", (), "100 %"),
    ],
)
def test_a_librarys_line_keeps_its_numbers_and_nothing_else(
    message: str, values: tuple[object, ...], shown: str
) -> None:
    written = Plain("bot").format(record("discord.http", message, *values))
    assert f"discord.http: {shown}" in written
    assert MARK not in written
