"""What people said about a verdict, on its card: counts, one's own label and note."""

from __future__ import annotations

import discord
import pytest

from bot.cards.correction import CHOICES, add_corrections, noted_card
from db.types import LABELS, Corrections


def shown(corrections: Corrections) -> str | None:
    embed = discord.Embed()
    add_corrections(embed, corrections)
    return str(embed.fields[0].value) if embed.fields else None


def test_nothing_is_shown_when_nobody_said_anything() -> None:
    assert shown(Corrections(None, None, {})) is None


def test_counts_and_ones_own_words() -> None:
    counts = {"positive": 2, "negative": 1_000}
    assert shown(Corrections(None, None, counts)) == "What people say it is: 1,000 negative, 2 positive"  # type: ignore[arg-type]
    assert str(shown(Corrections("negative", None, counts))).endswith("You: negative")  # type: ignore[arg-type]
    note = str(shown(Corrections("uncertain", "**so** so", {"uncertain": 1})))
    assert note.endswith("You: unclear: “\\*\\*so\\*\\* so”")


@pytest.mark.parametrize("label", LABELS)
def test_every_label_can_be_chosen_and_is_thanked_for(label: str) -> None:
    assert label in CHOICES
    assert "result 9" in noted_card(9, label).content  # type: ignore[arg-type]
