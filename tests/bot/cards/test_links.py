"""Links lead to the message that was reviewed, else to the card of its job."""

from __future__ import annotations

from dataclasses import replace

from bot.cards.jobs_list import job_url
from bot.cards.results import SearchRequest, jump_to, results_embed
from tests.bot.samples import job, result


def test_private_work_of_a_server_is_found_in_direct_messages() -> None:
    assert job_url(job()) == "https://discord.com/channels/5/6/7"
    assert job_url(job(source="interaction")) == "https://discord.com/channels/@me/6/7"
    assert job_url(job(source="interaction", shared=True)) == "https://discord.com/channels/5/6/7"
    assert job_url(job(message_id=None)) is None


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
    assert "job 42, row 7" in str(of_file.value)
    assert "row" not in str(results_embed([typed], SearchRequest(), page=1, jobs={42: shared}).fields[0].value)
