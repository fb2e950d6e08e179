"""The cards of `/jobs`: what they say, that they fit, that user text stays text."""

from __future__ import annotations

import pytest

from bot.cards.base import CardFile
from bot.cards.jobs_list import STATES, choice_name, files_card, jobs_embed, status_embed
from tests.bot.samples import HOSTILE, assert_harmless, job


def test_a_list_of_the_longest_jobs_fits() -> None:
    jobs = [job(id=10**15 + n, filename=HOSTILE, state="needs_column", shared=True) for n in range(10)]
    embed = jobs_embed(jobs, page=999, unfinished=False, user_id=1)
    assert len(embed) <= 6000
    assert len(str(embed.description)) <= 4096
    assert_harmless(str(embed.description))


def test_a_line_says_how_far_a_job_is_and_where() -> None:
    text = str(jobs_embed([job(state="active", rows_done=420)], page=1, unfinished=False, user_id=1).description)
    assert "420 / 1,000" in text
    assert "https://discord.com/channels/5/6/7" in text
    assert "shared" not in text
    assert "shared in its channel" in str(jobs_embed([job()], page=1, unfinished=False, user_id=2).description)


@pytest.mark.parametrize("state", STATES)
def test_every_state_has_a_status(state: str) -> None:
    shown = job(state=state, filename=HOSTILE, error=HOSTILE, columns=(HOSTILE,) * 40)
    embed = status_embed(shown)
    assert STATES[state] in str(embed.description)
    assert len(embed) <= 6000
    assert all(len(str(field.value)) <= 1024 for field in embed.fields)
    assert_harmless(str(embed.description) + "".join(str(field.value) for field in embed.fields))


def test_choices_fit() -> None:
    assert len(choice_name(job(filename="x" * 300))) == 100
    assert choice_name(job(filename=None, kind="message", film="Heat")) == "42 · Heat · finished"


def test_files_over_the_limit_name_it_and_the_way_out() -> None:
    card = files_card(
        job(), (CardFile("a.csv", b"1"),), [("scored_reviews.parquet", 30 * 1024 * 1024)], limit=10 * 1024 * 1024
    )
    assert "30.0 MiB" in card.content
    assert "10 MiB" in card.content
    assert "4 parts" in card.content
    assert [file.name for file in card.files] == ["a.csv"]
    assert "no longer kept" in files_card(job(), (), (), limit=1).content


@pytest.mark.parametrize(
    ("rejected", "failed", "said"), [(0, 0, None), (1, 0, "1 row"), (0, 3, "3 rows"), (2, 3, "5 rows")]
)
def test_status_tells_of_rejected_and_failed_rows(rejected: int, failed: int, said: str | None) -> None:
    fields = {
        str(field.name): field.value for field in status_embed(job(rows_rejected=rejected, rows_failed=failed)).fields
    }
    assert fields.get("Not scored") == said
    assert fields["Verdicts"] == "600 positive\n300 negative\n90 unclear"


@pytest.mark.parametrize(("columns", "rest"), [(10, None), (11, "1 more"), (13, "3 more")])
def test_columns_that_are_not_listed_are_counted(columns: int, rest: str | None) -> None:
    shown = status_embed(job(state="needs_column", columns=tuple(f"c{n}" for n in range(columns))))
    text = {str(field.name): str(field.value) for field in shown.fields}["Columns that could be the text"]
    assert "c9" in text
    assert ("more" in text) is (rest is not None)
    assert rest is None or text.endswith(rest)
