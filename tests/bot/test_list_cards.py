"""Cards of lists and results: what they say, that they fit, that user text stays text."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from bot.cards.base import CardFile
from bot.cards.jobs_list import STATES, choice_name, files_card, job_url, jobs_embed, status_embed
from bot.cards.results import SearchRequest, excerpt, export_rows, jump_to, nothing_found, results_embed
from tests.bot.samples import HOSTILE, job, result


def assert_harmless(text: str) -> None:
    assert "@everyone" not in text
    assert "<@1>" not in text
    assert "](https://evil" not in text
    assert "**bold**" not in text
    assert "\u202e" not in text


def test_a_list_of_the_longest_jobs_fits() -> None:
    jobs = [job(id=10**15 + n, filename=HOSTILE, state="needs_column", shared=True) for n in range(10)]
    embed = jobs_embed(jobs, page=999, unfinished=False, user_id=1)
    assert len(embed) <= 6000
    assert len(str(embed.description)) <= 4096
    assert_harmless(str(embed.description))


def test_a_line_says_how_far_a_job_is_and_where() -> None:
    text = str(jobs_embed([job(state="active", rows_done=420)], page=1, unfinished=False, user_id=1).description)
    assert "420 of 1,000" in text
    assert "https://discord.com/channels/5/6/7" in text
    assert "shared" not in text
    assert "shared in this server" in str(jobs_embed([job()], page=1, unfinished=False, user_id=2).description)


@pytest.mark.parametrize("state", STATES)
def test_every_state_has_a_status(state: str) -> None:
    shown = job(state=state, filename=HOSTILE, error=HOSTILE, columns=(HOSTILE,) * 40)
    embed = status_embed(shown)
    assert STATES[state] in str(embed.description)
    assert len(embed) <= 6000
    assert all(len(str(field.value)) <= 1024 for field in embed.fields)
    assert_harmless(str(embed.description) + "".join(str(field.value) for field in embed.fields))


def test_private_work_of_a_server_is_found_in_direct_messages() -> None:
    assert job_url(job()) == "https://discord.com/channels/5/6/7"
    assert job_url(job(source="interaction")) == "https://discord.com/channels/@me/6/7"
    assert job_url(job(source="interaction", shared=True)) == "https://discord.com/channels/5/6/7"
    assert job_url(job(message_id=None)) is None


def test_choices_fit() -> None:
    assert len(choice_name(job(filename="x" * 300))) == 100
    assert choice_name(job(filename=None, kind="message", film="Heat")) == "42 · Heat · done"


def test_files_over_the_limit_name_it_and_the_way_out() -> None:
    card = files_card(
        job(), (CardFile("a.csv", b"1"),), [("scored_reviews.parquet", 30 * 1024 * 1024)], limit=10 * 1024 * 1024
    )
    assert "30.0 MiB" in card.content
    assert "10 MiB" in card.content
    assert "4 parts" in card.content
    assert [file.name for file in card.files] == ["a.csv"]
    assert "no longer kept" in files_card(job(), (), (), limit=1).content


def test_a_page_of_the_longest_results_fits() -> None:
    results = [
        result(id=10**15 + n, row_number=10**6, text=HOSTILE, film=HOSTILE, label="uncertain", reply_to=None)
        for n in range(8)
    ]
    asked = SearchRequest(HOSTILE, "uncertain", HOSTILE, 0.123, date(2026, 1, 1), 10**15)
    jobs = {42: job(id=10**15, guild_id=10**19, channel_id=10**19, message_id=10**19)}
    embed = results_embed(results, asked, page=999, jobs=jobs)
    assert len(embed) <= 6000
    assert all(len(str(field.value)) <= 1024 for field in embed.fields)
    assert_harmless(str(embed.description) + "".join(f"{field.name}{field.value}" for field in embed.fields))
    assert len(nothing_found(asked)) <= 2000
    assert_harmless(nothing_found(asked))


def test_nothing_found_names_each_filter() -> None:
    words = nothing_found(SearchRequest("dull", "negative", "Heat", 0.25, date(2026, 1, 31), 42))
    for part in ("“dull”", "negative", "“Heat”", "0.25", "2026-01-31", "job 42"):
        assert part in words, part
    assert "`/score`" in nothing_found(SearchRequest())


def test_a_deleted_text_is_not_shown_as_one() -> None:
    assert excerpt(result(text=None)) == "*(text deleted)*"


def test_jump_links_lead_to_the_message_that_was_reviewed() -> None:
    assert jump_to(result()) == "https://discord.com/channels/5/6/7"
    assert jump_to(result(guild_id=None)) == "https://discord.com/channels/@me/6/7"
    assert jump_to(result(reply_to=None)) is None


def test_without_such_a_message_the_link_is_the_jobs_card() -> None:
    typed = result(reply_to=None, source="interaction")
    shared = job(source="interaction", shared=True, kind="message", message_id=77)
    assert jump_to(typed, shared) == "https://discord.com/channels/5/6/77"
    assert jump_to(typed, replace(shared, message_id=None)) is None
    of_file = results_embed([result(row_number=7)], SearchRequest(), page=1, jobs={42: job()}).fields[0]
    assert "job 42 row 7" in str(of_file.value)
    assert "row" not in str(results_embed([typed], SearchRequest(), page=1, jobs={42: shared}).fields[0].value)


def test_export_rows_hold_the_whole_text() -> None:
    rows = list(export_rows([result(text="x" * 5000), result(text=None, film=None, flags=())]))
    assert rows[0][-1] == "x" * 5000
    assert rows[0][:8] == (9, 42, 1, "2026-03-10T12:00:00+00:00", "Heat", "positive", 0.97, "too_short")
    assert rows[1][-1] is None
