"""Cards as pure functions: harmless, within Discord's limits, and with numbers that say what they mean."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cards.base import Card, CardFile, bar, escape, flag_words, one_line, percent
from bot.cards.job import done_card, ended_card, ping_card, progress_line, running_card
from bot.cards.verdict import details_card, sure_line, verdict_card
from bot.cards.wording import span
from bot.delivery.attachments import DEFAULT_LIMIT
from db.types import JobView, ResultView

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
JOB = JobView(
    id=42, kind="file", state="active", owner_id=7, guild_id=None, channel_id=1, message_id=2, source="interaction",
    source_id=3, reply_to=None, shared=False, film=None, filename="a_*b*.csv", title="a", created_at=NOW,
    started_at=NOW - timedelta(seconds=10), finished_at=None, rows_total=1000, rows_done=250, rows_rejected=3,
    rows_failed=0, n_positive=150, n_negative=100, n_uncertain=0, histogram=(0,) * 20, error_code=None, error=None,
    columns=(), version=1, rendered_version=0, delivered_at=None, model="lstm-1",
)  # fmt: skip
RESULT = ResultView(
    id=9, job_id=42, row_number=1, text="Fine. Bad. Good!", film="Up", label="positive", probability=0.9, flags=(),
    explanation=((0, 5, 0.1), (6, 10, -0.7), (11, 16, 1.2)), model="lstm-1", created_at=NOW, owner_id=7,
    guild_id=None, channel_id=1, reply_to=None, source="message",
)  # fmt: skip


@given(st.text())
def test_escaped_text_has_no_live_sign(text: str) -> None:
    shown = escape(text)
    for at, sign in enumerate(shown):
        if sign in "*_~|`[]()<>#:-":
            assert (len(shown[:at]) - len(shown[:at].rstrip("\\"))) % 2 == 1
        if sign == "@":
            assert shown[at + 1] == "\u200b"


@pytest.mark.parametrize(
    ("share", "words"), [(0, "0 %"), (1, "100 %"), (0.9996, ">99 %"), (0.0001, "<1 %"), (0.456, "46 %")]
)
def test_percent_never_claims_certainty(share: float, words: str) -> None:
    assert percent(share) == words


def test_small_words() -> None:
    assert bar(0.5, 4) == "▰▰▱▱"
    assert one_line("a\n b", 10) == "a b"
    assert len(one_line("x" * 500, 100)) == 100
    assert flag_words(("too_short", "brand_new")) == ["very short: little to go by", "brand new"]
    assert [span(s) for s in (0, 59, 180, 5400, 7260)] == ["1 s", "59 s", "3 min", "1 h 30 min", "2 h 1 min"]


def test_sure_towards_the_label() -> None:
    assert sure_line("negative", 0.03).endswith("97 % sure")
    assert sure_line("positive", 0.97).endswith("97 % sure")
    assert sure_line("uncertain", 0.52).endswith("52 % positive, 48 % negative")


async def test_the_deciding_sentences_come_in_the_order_of_the_text() -> None:
    embed = verdict_card(RESULT).embed
    assert embed is not None
    assert [line for line in (embed.description or "").split("\n") if line[:1] in "🟢🔴"][1:] == [
        "🟢 Fine.",
        "🔴 Bad.",
        "🟢 Good!",
    ]


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


def test_progress_has_rate_and_time_left() -> None:
    line = progress_line(JOB, NOW)
    assert "25 % · 250 of 1,000 reviews" in line
    assert "25 reviews a second, about 30 s left" in line
    assert "second" not in progress_line(replace(JOB, rows_done=0), NOW)


@pytest.mark.parametrize("state", ["ingesting", "active", "finishing", "needs_column"])
async def test_running_cards_can_be_cancelled(state: str) -> None:
    card = running_card(replace(JOB, state=state, columns=tuple(f"column {n}" * 20 for n in range(40))), NOW)  # type: ignore[arg-type]
    assert card.embed is not None
    assert card.view is not None
    assert "job:cancel:42" in [getattr(item, "custom_id", None) for item in card.view.children]
    assert "a\\_\\*b\\*.csv" in (card.embed.description or "")
    components = card.view.to_components()
    assert all(len(row["components"]) <= 5 for row in components)


async def test_done_card() -> None:
    job = replace(JOB, state="done", finished_at=NOW, rows_done=1000, n_positive=600, n_negative=300, n_uncertain=100)
    files = (CardFile("out.csv", b"1"),)
    card = done_card(job, chart=b"png", files=files, too_large=(("big.csv", 30 * 2**20),), limit=DEFAULT_LIMIT)
    assert card.embed is not None
    assert card.embed.title == "Job 42: 1,000 reviews scored in 10 s"
    assert "600 positive (60 %)" in (card.embed.description or "")
    assert "30.0 MiB, more than the 10 MiB" in (card.embed.description or "")
    assert [file.name for file in card.files] == ["histogram.png", "out.csv"]
    assert "600 positive" in (card.files[0].alt or "")
    assert card.view is None


def test_endings_and_pings() -> None:
    failed = ended_card(replace(JOB, state="failed", error="Too <@1> many rows.", error_code="too_many_rows"))
    assert failed.embed is not None
    assert "\\<@\u200b1\\>" in (failed.embed.description or ""), "a job that failed before migration 0010"
    assert ping_card(replace(JOB, state="done")).ping == (7,)


def test_a_card_mentions_nobody_unless_told() -> None:
    assert Card("@everyone").mentions().to_dict() == {"parse": []}
    told = Card("hello", ping=(7,)).mentions().to_dict()
    assert told["users"] == [7]
    assert told["parse"] == []
    assert Card().for_edit()["attachments"] == []
