"""Sentences from code and values: numbers, names, lists, times and sizes as the reader's language writes them."""

from __future__ import annotations

import pytest

from common.i18n import languages, use_locale
from common.messages import MESSAGES
from common.rendering import english, names, render, render_stored
from db.errors import DayUsedUp, JobFinished, QueueFull, QuotaExceeded
from worker.files.errors import (
    AmbiguousColumn,
    ArchiveMembers,
    BrokenFile,
    NoTextColumn,
    TooLarge,
    TooManyRows,
    UnknownColumn,
)


@pytest.mark.parametrize("language", ["en", *languages()])
def test_a_column_whose_name_looks_like_a_sentence_stays_whole(language: str) -> None:
    problem = UnknownColumn("y; it has z", ("a, b and 3 more", "{count}", "c"))
    with use_locale(language):
        text = problem.render()
    assert "'y; it has z'" in text
    assert "'a, b and 3 more'" in text
    assert "'{count}'" in text
    assert text.count("3") == 1, "not taken for a number of the sentence"


def test_a_long_list_is_cut_and_says_how_many_more() -> None:
    text = str(NoTextColumn([f"c{n}" for n in range(1_020)]))
    assert "'c11' and 1,008 more" in text
    assert "'c12'" not in text
    assert "more" not in str(AmbiguousColumn([f"c{n}" for n in range(12)]))
    with use_locale("de"):
        assert "1.008" in NoTextColumn([f"c{n}" for n in range(1_020)]).render()


def test_a_long_name_is_cut_before_it_is_stored_and_stays_on_one_line() -> None:
    assert names(["x" * 40, "y" * 41])["names"] == ["x" * 40, "y" * 39 + "…"]
    assert len(UnknownColumn("x" * 100_000, ["y" * 100_000]).values["column"]) == 40
    assert "\n" not in str(UnknownColumn("a\nb", ["c\r\nd"]))


def test_numbers_are_grouped_and_inflect_the_sentence() -> None:
    assert "more than 100,000 rows" in str(TooManyRows(100_000))
    assert "row 1,234 is not valid JSON" in str(BrokenFile("row_no_json", row=1_234))
    assert str(JobFinished(1_234, "done")).startswith("Job 1234 "), "as it is typed"
    assert "more than 1 row;" in str(TooManyRows(1))
    assert str(QuotaExceeded(1, 1)).startswith("You have 1 job running")
    assert str(QuotaExceeded(3, 2)).startswith("You have 2 jobs running")
    with use_locale("de"):
        assert "100.000" in TooManyRows(100_000).render()
        assert "100,000" in str(TooManyRows(100_000)), "for logs and the command line"
    assert str(ArchiveMembers(["a.csv", "b.csv"])) == (
        "The zip holds 2 files of reviews: 'a.csv', 'b.csv'; choose one of them."
    )


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-5.0, "1 min"), (0.0, "1 min"), (60.0, "1 min"), (61.0, "2 min"), (5_340.0, "89 min"), (5_341.0, "2 h")],
)
def test_waits(seconds: float, words: str) -> None:
    assert f"(about {words})" in str(QuotaExceeded(1, 1, seconds))
    assert f"in about {words}." in str(DayUsedUp(1, 1, seconds))
    assert f"in about {words};" in str(QueueFull(1, 1, seconds))


@pytest.mark.parametrize(
    ("size", "words"),
    [(1, "1 byte"), (1_000, "1,000 bytes"), (2**20 - 1, "1,048,575 bytes"), (2**20, "1 MiB"), (3 * 2**19, "1.5 MiB")],
)
def test_sizes(size: int, words: str) -> None:
    assert f"larger than {words} (" in str(TooLarge(size))


def test_a_choice_in_another_language_has_its_own_or() -> None:
    values = {"kinds": [".csv", ".tsv"]}
    assert english("archive_members.none", values).endswith(": .csv or .tsv.")
    with use_locale("de"):
        assert ".csv oder .tsv" in render("archive_members.none", values)


@pytest.mark.parametrize(
    ("code", "values"),
    [
        (None, {}),
        ("too_many_rows", None),
        ("of_a_later_version", {}),
        ("too_many_rows", {}),
        ("unknown_column", {"column": "a"}),
    ],
)
def test_what_another_version_stored_has_no_sentence(code: str | None, values: dict[str, object] | None) -> None:
    assert render_stored(code, values) is None


def test_a_stored_failure_has_its_sentence_whatever_else_is_in_its_values() -> None:
    assert render_stored("gave_up_ingest", {"cause": "OSError"}) == MESSAGES["gave_up_ingest"]
    assert render_stored("too_many_rows", {"count": 10}) == str(TooManyRows(10))
    with pytest.raises(KeyError):
        render("of_a_later_version", {})
