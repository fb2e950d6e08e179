"""The cards of `/results`: that they fit, that user text stays text, the rows of an export."""

from __future__ import annotations

from datetime import date

from bot.cards.results import SearchRequest, excerpt, export_rows, nothing_found, results_embed
from tests.bot.samples import HOSTILE, assert_harmless, job, result


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


def test_export_rows_hold_the_whole_text() -> None:
    rows = list(export_rows([result(text="x" * 5000), result(text=None, film=None, flags=())]))
    assert rows[0][-1] == "x" * 5000
    assert rows[0][:8] == (9, 42, 1, "2026-03-10T12:00:00+00:00", "Heat", "positive", 0.97, "too_short")
    assert rows[1][-1] is None
