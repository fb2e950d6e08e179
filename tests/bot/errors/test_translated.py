"""Sentences of `db/` and `worker/` are recognised and said in the user's language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.errors.translated import retold
from common.i18n import use_locale
from db import errors
from db.types import GAVE_UP
from worker.files import errors as file_errors

SENTENCES = [
    *map(
        str,
        (
            errors.QuotaExceeded(3, 3, 700.0),
            errors.QuotaExceeded(1, 1),
            errors.ServerFull(3, 1, 9_000.0),
            errors.ServerFull(3, 3),
            errors.DayUsedUp(100_000, 99_999, 7_200.0),
            errors.QueueFull(100_000, 123_456),
            errors.QueueFull(100_000, 123_456, 60.0),
            *(errors.NotFound(what, 7) for what in ("job", "result", "file of job")),
            errors.NotFound("file"),
            *(errors.NotYours(what) for what in ("result", "file", "review")),
            errors.JobNotFinished(7),
            *(errors.JobFinished(7, state) for state in ("done", "cancelled", "failed")),
            *(errors.NothingToRetry(7, state) for state in ("done", "active")),
            *(errors.NoLongerKept(7, kind) for kind in ("file", "message")),
            errors.NoColumnWanted(7),
            errors.NoSuchColumn("a", ("b", "c")),
            errors.BadCursor(),
            errors.TextSearchOff(),
            errors.JobsRunning((7,)),
            errors.JobsRunning((7, 8)),
            file_errors.UnsupportedType("x.exe"),
            file_errors.EmptyFile(),
            file_errors.NoTextColumn(("a", "b")),
            file_errors.AmbiguousColumn(("a", "b")),
            file_errors.UnknownColumn("a", ("b",)),
            file_errors.TooManyRows(100_000),
            file_errors.TooManyColumns(2_000),
            file_errors.TooLarge(2**30),
            file_errors.TooLarge(1_000),
            file_errors.Bomb(1_000),
            file_errors.BadEncoding(),
            file_errors.EncryptedArchive(),
            file_errors.NestedArchive(),
            file_errors.ArchiveMembers(()),
            file_errors.ArchiveMembers(("a.csv", "b.csv")),
            file_errors.BrokenFile("it is damaged or cut short"),
            file_errors.NoTextColumn([f"c{n}" for n in range(1_020)]),
        ),
    ),
    "jobs.jsonl ends where the zip was full.",
    "reviews.jsonl holds the first 1,000 of 2,000 reviews.",
    "The file my films.csv of job 7 (123,456 bytes) did not fit.",
    *GAVE_UP.values(),
    "This review could not be scored: send it again.",
]
HOSTS_ALONE = {
    "DatabaseUnavailable", "SchemaOutdated", "TextKeyMissing", "BadTextKey", "DbError", "FileError",
    "CannotOpen", "UnsupportedFormat",
}  # fmt: skip
"""What only the host meets, or the error table says in words of its own."""


@pytest.mark.parametrize("sentence", SENTENCES)
def test_what_other_rooms_say_is_recognised(sentence: str) -> None:
    assert retold(sentence) == sentence
    with use_locale("de"):
        told = retold(sentence)
    assert told != sentence, "no template of bot/errors/translated.py fits"
    assert not re.search(r"\b(the|job|is|file|about)\b", told), told


def test_every_error_of_other_rooms_is_among_them() -> None:
    own_source = Path(__file__).read_text("utf-8")
    for module in (errors, file_errors):
        for name, kind in vars(module).items():
            if isinstance(kind, type) and issubclass(kind, Exception) and kind.__module__ == module.__name__:
                assert name in HOSTS_ALONE or f".{name}(" in own_source, name


def test_every_clause_on_a_broken_file_is_recognised() -> None:
    folder = Path(file_errors.__file__).parent
    source = "\n".join(path.read_text("utf-8") for path in folder.glob("*.py"))
    clauses = re.findall(r"BrokenFile\(\s*f?\"([^\"]+)\"|_DAMAGED: Final = \"([^\"]+)\"", source)
    assert len(clauses) > 30
    for clause in (re.sub(r"\{[^}]*\}", "7", one or other) for one, other in clauses):
        sentence = str(file_errors.BrokenFile(clause))
        with use_locale("de"):
            assert clause not in retold(sentence), "add it to WHERE of bot/errors/translated.py"


def test_numbers_inside_are_the_languages_own_and_names_stay() -> None:
    with use_locale("de"):
        assert "100.000 Zeilen" in retold(str(file_errors.TooManyRows(100_000)))
        assert "etwa 3 h" in retold(str(errors.DayUsedUp(9, 9, 9_000.0)))
        assert "'done'" in retold(str(file_errors.UnknownColumn("done", ("job",))))
        assert retold("Something new.") == "Something new."
