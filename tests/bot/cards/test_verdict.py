"""The verdict card: how sure, the deciding sentences, hostile texts within Discord's limits."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from bot.cards.verdict import details_card, sure_line, verdict_card
from db.types import Judged, ResultView

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
RESULT = ResultView(
    id=9, job_id=42, row_number=1, text="Fine. Bad. Good!", film="Up", label="positive", probability=0.9, flags=(),
    explanation=((0, 5, 0.1), (6, 10, -0.7), (11, 16, 1.2)), model="lstm-1", created_at=NOW, owner_id=7,
    guild_id=None, channel_id=1, reply_to=None, source="message",
)  # fmt: skip


def test_sure_towards_the_label() -> None:
    assert sure_line("negative", 0.03).endswith("97% sure")
    assert sure_line("positive", 0.97).endswith("97% sure")
    assert sure_line("uncertain", 0.52).endswith("52% positive, 48% negative")


async def test_the_deciding_sentences_come_in_the_order_of_the_text() -> None:
    embed = verdict_card(RESULT).embed
    assert embed is not None
    assert [line for line in (embed.description or "").split("\n") if line[:1] in "🟢🔴"][1:] == [
        "🟢 Fine.",
        "🔴 Bad.",
        "🟢 Good!",
    ]


async def test_the_estimate_is_told_where_there_is_one() -> None:
    for stars, words in ((8.5, "⭐ about 8.5 of 10"), (8.0, "⭐ about 8 of 10"), (None, None)):
        rated = replace(RESULT, stars=stars)
        embed, details = verdict_card(rated).embed, details_card(rated).embed
        assert embed is not None
        assert details is not None
        told = [str(field.value) for field in details.fields if field.name == "Stars"]
        assert told == ([] if words is None else [words])
        assert ("⭐" in str(embed.description)) is (stars is not None)
        assert (words or "") in str(embed.description)


async def test_what_is_praised_and_blamed_is_said_in_words() -> None:
    aspects = (Judged("acting", 0, 5, "positive", 0.9), Judged("pacing", 6, 10, "negative", 0.1))
    for told, line in ((aspects, "Praised: acting · Blamed: pacing"), ((), "Praised")):
        embed = verdict_card(replace(RESULT, aspects=told)).embed
        assert embed is not None
        assert (line in str(embed.description)) is bool(told)


async def test_hostile_results_stay_within_the_limits() -> None:
    text = "\\*" * 50_000
    parts = tuple((n * 1000, (n + 1) * 1000, 1.0) for n in range(100))
    hostile = replace(RESULT, text=text, explanation=parts, film="@everyone " * 100, flags=("x" * 500,) * 5)
    for card in (verdict_card(hostile), details_card(hostile)):
        assert card.embed is not None
        assert len(card.embed) <= 6000
        assert len(card.embed.description or "") <= 4096
        assert len(card.embed.author.name or "") <= 256
        assert all(len(field.value or "") <= 1024 for field in card.embed.fields)


async def test_a_deleted_text_leaves_the_score() -> None:
    embed = details_card(replace(RESULT, text=None, explanation=None)).embed
    assert embed is not None
    assert "was deleted" in (embed.description or "")
    assert "0.9000" in str(embed.fields[0].value)
