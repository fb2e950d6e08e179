"""The cards of `/results`: that they fit, that user text stays text, the rows of an export."""

from __future__ import annotations

from datetime import date

from bot.cards.results import SearchRequest, excerpt, nothing_found, results_embed
from db.types import HitCount
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
    for part in ("“dull”", "negative", "“Heat”", "25%", "2026-01-31", "job 42"):
        assert part in words, part
    assert "`/score`" in nothing_found(SearchRequest())


def test_a_deleted_text_is_not_shown_as_one() -> None:
    assert excerpt(result(text=None)) == "*(text deleted)*"


def test_an_excerpt_shows_the_words_that_were_searched() -> None:
    text = "The first hour is slow.<br /><br />" + "It goes on and on. " * 20 + "Then the Sister arrives, wonderful."
    assert "<br" not in excerpt(result(text=text))
    assert "Sister arrives" not in excerpt(result(text=text))
    found = excerpt(result(text=text), words="sister slowness")
    assert "Sister arrives" in found
    assert found.startswith("…")
    assert excerpt(result(text="short and slow"), words="slow") == "short and slow"


def test_the_day_is_that_of_the_review() -> None:
    asked = SearchRequest()
    embed = results_embed([result(day=date(2024, 5, 1))], asked, page=1, jobs={})
    assert f"<t:{1714564800}:d>" in str(embed.fields[0].value)


def test_the_hits_are_counted() -> None:
    for count, words in ((HitCount(37, whole=True), "37 results"), (HitCount(1000, whole=False), "more than 1,000")):
        assert words in str(results_embed([result()], SearchRequest(), page=1, jobs={}, count=count).description)
