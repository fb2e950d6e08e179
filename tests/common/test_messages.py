"""The table of messages: every code is raised somewhere, everything raised is in it, each renders in every language."""

from __future__ import annotations

import ast
import inspect
import json
import re
import string
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from bot.errors import hints
from cli import hints as cli_hints
from common.errors import Problem
from common.i18n import ENGLISH, languages, use_locale
from common.messages import MESSAGES
from common.rendering import WRITTEN, placeholders, render
from db import errors as db_errors
from db.errors import HostError
from db.types import RETRYABLE
from worker.files import errors as file_errors
from worker.files.errors import BrokenFile
from worker.files.layout import header

ROOT = Path(__file__).parents[2]
STATES = ("done", "cancelled", "failed")

PROBLEMS: dict[str, list[Callable[[], Problem]]] = {
    "QuotaExceeded": [lambda: db_errors.QuotaExceeded(3, 3), lambda: db_errors.QuotaExceeded(3, 3, 700.0)],
    "ServerFull": [lambda: db_errors.ServerFull(3, 1), lambda: db_errors.ServerFull(3, 1, 9_000.0)],
    "DayUsedUp": [lambda: db_errors.DayUsedUp(100_000, 99_999, 7_200.0)],
    "QueueFull": [lambda: db_errors.QueueFull(100_000, 123_456), lambda: db_errors.QueueFull(100_000, 123_456, 60.0)],
    "NoSpace": [
        lambda: db_errors.NoSpace("user", used=2**30, space=2**30, size=2**20),
        lambda: db_errors.NoSpace("server", used=2**30, space=2**30, size=2**20),
        lambda: db_errors.NoSpace("host", used=2**30, space=2**30, size=2**20),
    ],
    "NotFound": [
        lambda: db_errors.NotFound("job", 7),
        lambda: db_errors.NotFound("result", 7),
        lambda: db_errors.NotFound("upload", 7),
        lambda: db_errors.NotFound("file"),
    ],
    "NotYours": [lambda: db_errors.NotYours("file"), lambda: db_errors.NotYours("review")],
    "JobNotFinished": [lambda: db_errors.JobNotFinished(7)],
    "JobFinished": [lambda state=state: db_errors.JobFinished(7, state) for state in STATES],
    "NothingToRetry": [lambda: db_errors.NothingToRetry(7, "done"), lambda: db_errors.NothingToRetry(7, "active")],
    "NoLongerKept": [lambda: db_errors.NoLongerKept(7, "file"), lambda: db_errors.NoLongerKept(7, "message")],
    "NoColumnWanted": [lambda: db_errors.NoColumnWanted(7)],
    "NoSuchColumn": [lambda: db_errors.NoSuchColumn("a", ("b", "c"))],
    "BadCursor": [db_errors.BadCursor],
    "TextSearchOff": [db_errors.TextSearchOff],
    "JobsRunning": [lambda: db_errors.JobsRunning((7,)), lambda: db_errors.JobsRunning((7, 8))],
    "CannotOpen": [lambda: file_errors.CannotOpen("a.csv", "No such file or directory")],
    "UnsupportedType": [lambda: file_errors.UnsupportedType("x.exe")],
    "UnsupportedFormat": [lambda: file_errors.UnsupportedFormat("doc")],
    "EmptyFile": [file_errors.EmptyFile],
    "NoTextColumn": [lambda: file_errors.NoTextColumn([f"c{n}" for n in range(1_020)])],
    "AmbiguousColumn": [lambda: file_errors.AmbiguousColumn(("a", "b"))],
    "UnknownColumn": [lambda: file_errors.UnknownColumn("y; it has z", ("a", "b"))],
    "TooManyRows": [lambda: file_errors.TooManyRows(100_000)],
    "TooManyColumns": [lambda: file_errors.TooManyColumns(2_000)],
    "TooLarge": [lambda: file_errors.TooLarge(2**30), lambda: file_errors.TooLarge(1_000)],
    "TooCostly": [
        lambda: file_errors.TooCostly("memory", 600 << 20),
        lambda: file_errors.TooCostly("scratch", 2**30),
        lambda: file_errors.TooCostly("time", 90.0),
    ],
    "LargerThanAccepted": [lambda: file_errors.LargerThanAccepted(2**20)],
    "Bomb": [lambda: file_errors.Bomb(1_000)],
    "BadEncoding": [file_errors.BadEncoding],
    "EncryptedArchive": [file_errors.EncryptedArchive],
    "NestedArchive": [file_errors.NestedArchive],
    "ArchiveMembers": [lambda: file_errors.ArchiveMembers(()), lambda: file_errors.ArchiveMembers(("a.csv", "b.csv"))],
    "BrokenMember": [lambda: file_errors.BrokenMember("a.csv")],
    "BrokenFile": [lambda: file_errors.BrokenFile("damaged")],
    "NoReviews": [
        lambda what=what: file_errors.NoReviews(what)  # type: ignore[misc]
        for what in ("films", "numbers", "links", "labels", "pointer", "page", "xml")
    ],
    "OtherFormat": [
        lambda what=what: file_errors.OtherFormat(what, ".x")  # type: ignore[misc]
        for what in ("spreadsheet", "document", "archive", "picture", "database")
    ],
    "BadOption": [
        lambda: file_errors.BadOption("delimiter", "abc"),
        lambda: file_errors.BadOption("encoding", "klingon"),
        lambda: file_errors.BadOption("sheet", "May", ["June"]),
    ],
}
"""Each class of `db` and `worker` in each of its forms."""
SAMPLES: dict[str, Any] = {
    "count": 2, "limit": 3, "row": 1_234, "stored": 5, "job": 7, "result": 7, "jobs": [7, 8], "wait": 700.0,
    "size": 2**20, "used": 2**29, "space": 2**30, "column": "c", "name": "n", "columns": {"names": ["a"], "more": 0},
    "names": {"names": ["a"], "more": 2}, "kinds": [".csv", ".tsv"], "packings": [".gz"], "file": "f", "suffix": ".gz",
    "reason": "r",
}  # fmt: skip


def classes(module: ModuleType) -> Iterator[type[Problem]]:
    for kind in vars(module).values():
        if inspect.isclass(kind) and issubclass(kind, Problem) and kind.__module__ == module.__name__:
            yield kind


def calls(name: str) -> Iterator[tuple[str, set[str]]]:
    """(first argument, names of the others) of every call of `name` in `worker` and `db`; it must be written out."""
    for path in sorted(path for room in ("worker", "db") for path in (ROOT / room).rglob("*.py")):
        source = path.read_text("utf-8")
        for node in ast.walk(ast.parse(source)) if name in source else ():
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == name:
                assert isinstance(node.args[0], ast.Constant), f"{path}:{node.lineno}"
                yield str(node.args[0].value), {word.arg or "**" for word in node.keywords}


def raised() -> set[str]:
    """Every code that something in `db` or `worker` makes."""
    made = {make().code for makers in PROBLEMS.values() for make in makers} - {"broken_file.damaged"}
    made |= {f"{BrokenFile.code}.{what}" for what, _ in calls("BrokenFile")}
    made |= set(re.findall(r'"(left_out\.\w+)"', (ROOT / "db/privacy/export.py").read_text("utf-8")))
    made |= {f"{code}.{what}" for code, what in noted()}
    queue = "\n".join(path.read_text("utf-8") for path in (ROOT / "db/queue").glob("*.py"))
    return made | {name.lower() for name in re.findall(r"\bGAVE_UP_\w+", queue)}


def noted() -> Iterator[tuple[str, str]]:
    """What is said of how a file was read: notes, and why rows are skipped."""
    for path in (ROOT / "worker/files").rglob("*.py"):
        source = path.read_text("utf-8")
        yield from re.findall(r'"(read_note)\.(\w+)"', source)
        if 'f"read_note.{reading.order}_first"' in source:
            yield from (("read_note", "day_first"), ("read_note", "month_first"))
    for why in (header.ABOVE, header.COMMENT, header.BLANK, header.HEADER, header.REPEATED):
        yield "skipped_row", why


def test_every_class_is_among_the_samples() -> None:
    bases = {"DbError", "FileError"}
    found = {kind.__name__ for module in (db_errors, file_errors) for kind in classes(module)}
    hosts = {kind.__name__ for kind in classes(db_errors) if issubclass(kind, HostError)}
    assert len(hosts) == 7
    assert found - hosts - bases == set(PROBLEMS)


def test_the_table_holds_exactly_what_is_raised() -> None:
    assert raised() - set(MESSAGES) == set(), "raised, and no message for it"
    assert set(MESSAGES) - raised() == set(), "a message for what nothing raises"


@pytest.mark.parametrize("make", [make for makers in PROBLEMS.values() for make in makers])
def test_a_problem_brings_the_values_of_its_message_and_they_survive_json(make: Callable[[], Problem]) -> None:
    problem = make()
    assert placeholders(problem.code) == set(problem.values)
    assert render(problem.code, json.loads(json.dumps(problem.values))) == str(problem) == problem.render()
    assert len(json.dumps(problem.values)) < 1_000, "what is stored is bounded"


def test_a_broken_file_brings_the_values_of_its_message() -> None:
    found = list(calls("BrokenFile"))
    assert len(found) > 30
    for what, values in found:
        assert placeholders(f"broken_file.{what}") == values, what


def test_what_an_upload_lacks_is_called_by_a_known_name() -> None:
    assert {what for what, _ in calls("NotFound")} == {"job", "result", "upload", "file"}
    assert {what for what, _ in calls("NotYours")} == {"file", "review"}


def test_every_placeholder_has_a_way_to_be_written() -> None:
    used = {name for code in MESSAGES for name in placeholders(code)}
    assert used == set(WRITTEN) == set(SAMPLES)


def test_both_forms_of_a_plural_have_the_same_placeholders() -> None:
    def named(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}

    plurals = {code: forms for code, forms in MESSAGES.items() if isinstance(forms, tuple)}
    assert len(plurals) > 10
    for code, (one, many) in plurals.items():
        assert named(one) == named(many), code
    for code, form in MESSAGES.items():
        assert isinstance(form, tuple) or "{count}" not in form, f"{code} has a count and no plural"


def test_messages_are_whole_sentences_without_commands() -> None:
    for code, forms in MESSAGES.items():
        for text in (forms,) if isinstance(forms, str) else forms:
            assert text.endswith("."), code
            assert not re.search(r"(?<!\w)/[a-z]+|--[a-z]|`", text), f"{code}: a command is a hint's business"


@pytest.mark.parametrize("language", [ENGLISH, *languages()])
@pytest.mark.parametrize("count", [0, 1, 2])
def test_every_message_renders_with_every_number(language: str, count: int) -> None:
    with use_locale(language):
        for code in MESSAGES:
            counted = ("count", "limit", "row", "stored", "job", "result", "wait", "size", "used", "space")
            numbers = dict.fromkeys(counted, count)
            listed = {"names": ["a", "b"][:count], "more": count}
            values = {**SAMPLES, **numbers, "jobs": list(range(count)), "columns": listed, "names": listed}
            text = render(code, {name: values[name] for name in placeholders(code)})
            assert text, code
            assert not re.search(r"[{}]", text), text


def test_hints_and_codes_that_can_be_gone_on_with_are_in_the_table() -> None:
    for table in (hints.HINTS, cli_hints.HINTS, RETRYABLE):
        assert set(table) - set(MESSAGES) == set()
