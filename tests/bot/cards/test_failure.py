"""Why a job failed, on its cards: in the reader's language, harmless, and in English for a job of an older version."""

from __future__ import annotations

import pytest

from bot.cards.failure import failure_text, reference
from bot.cards.job import ended_card
from bot.cards.jobs_list import status_embed
from bot.cards.verdict import unscored_card
from bot.components import ids
from bot.components.buttons import job_buttons
from common.i18n import languages, use_locale
from db.types import JobView
from tests.bot.samples import job
from worker.files.errors import FileError, NoTextColumn, UnknownColumn


def failed(problem: FileError) -> JobView:
    return job(state="failed", error_code=problem.code, error_values=problem.values)


def test_a_hint_keeps_its_looks_and_a_name_loses_its_power() -> None:
    text = failure_text(failed(NoTextColumn(["**b**", "<@1>", "`x`"])), 1500)
    assert text is not None
    assert text.endswith(" Give it with the option `text_column` of `/batch`.")
    assert "\\*\\*b\\*\\*" in text
    assert "<@1>" not in text
    assert "\\`x\\`" in text


@pytest.mark.parametrize("language", ["en", *languages()])
def test_a_column_that_reads_like_our_sentence(language: str) -> None:
    with use_locale(language):
        text = failure_text(failed(UnknownColumn("y; it has z", ("a", "b"))), 1500)
    assert text is not None
    assert "'y; it has z'" in text
    assert text.count("it has z") == 1


def test_a_job_of_an_older_version_keeps_its_english() -> None:
    old = job(state="failed", error_code="unknown_column", error="The file has no *column* 'a'.")
    with use_locale("de"):
        assert failure_text(old, 1500) == "The file has no \\*column\\* 'a'."
    assert failure_text(job(state="failed"), 1500) is None
    assert failure_text(job(state="failed", error_code="of_a_later_version", error_values={"a": 1}), 1500) is None


def test_every_card_says_why() -> None:
    shown = failed(NoTextColumn(["id"]))
    assert "No column looks like" in str(ended_card(shown).embed and ended_card(shown).embed.description)
    (field,) = [one for one in status_embed(shown).fields if one.name == "What went wrong"]
    assert str(field.value).startswith("No column looks like")
    gave_up = job(kind="message", state="failed", error_code="gave_up_review", error_values={"cause": "ValueError"})
    assert unscored_card(gave_up).content.replace("\\", "") == (
        "Job 42 ended without a verdict. "
        "This review could not be scored: send it again, or try a shorter or simpler text."
    )
    unknown = unscored_card(job(kind="message", state="failed")).content
    assert unknown.endswith("The model could not read this review: try a shorter or simpler text.")


def test_the_reference_names_what_the_host_looks_for() -> None:
    gave_up = job(state="failed", error_code="gave_up_ingest", error_values={"cause": "OSError"})
    assert reference(gave_up) == "gave_up_ingest · OSError"
    assert reference(failed(NoTextColumn(["id"]))) == "no_text_column"
    assert reference(job(state="failed")) is None


@pytest.mark.parametrize(
    ("changes", "goes_on"),
    [
        ({"state": "failed", "error_code": "gave_up_ingest"}, True),
        ({"state": "failed", "error_code": "gave_up_finish"}, True),
        ({"state": "failed", "error_code": "empty_file"}, False),
        ({"state": "failed", "error_code": "gave_up_review", "kind": "message"}, False),
        ({"state": "failed", "error": "The file could not be read in 3 attempts"}, False),
        ({"state": "cancelled"}, True),
        ({"state": "cancelled", "kind": "message"}, False),
        ({"state": "active", "error_code": "gave_up_ingest"}, False),
    ],
)
def test_going_on_is_offered_by_the_code(changes: dict[str, str], goes_on: bool) -> None:
    shown = job(**changes)
    assert shown.retryable is goes_on
    assert (ids.RETRY.of(shown.id) in [getattr(one, "custom_id", None) for one in job_buttons(shown)]) is goes_on
