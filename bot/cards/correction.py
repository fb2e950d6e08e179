"""What people said about a verdict, and the thanks for saying it."""

from __future__ import annotations

from typing import Final

import discord

from bot.cards.base import WORDS_INSIDE, Card, label_count, one_line
from common.i18n import listing, mark, pair, quote, tr
from db.types import Corrections, Label

CHOICES: Final[dict[Label, str]] = {
    "positive": mark("Positive"),
    "negative": mark("Negative"),
    "uncertain": mark("Unclear"),
}


def noted_card(result_id: int, label: Label) -> Card:
    """The answer to a correction."""
    return Card(
        tr(
            "Noted for result {result}: **{label}**. Thank you. The verdict stays as the model gave it. Your "
            "correction is kept beside it and measures quality; it never trains a model.",
            result=result_id,
            label=tr(WORDS_INSIDE[label]),
        )
    )


def add_corrections(embed: discord.Embed, corrections: Corrections) -> None:
    """Puts what was said onto a result's embed; nothing when nobody said anything."""
    if not corrections.counts:
        return
    counts = listing(label_count(label, count) for label, count in sorted(corrections.counts.items()))
    lines = [tr("What people say it is: {counts}", counts=counts)]
    if corrections.label is not None and corrections.note:
        lines.append(
            pair(tr("You: {label}", label=tr(WORDS_INSIDE[corrections.label])), quote(one_line(corrections.note, 300)))
        )
    elif corrections.label is not None:
        lines.append(tr("You: {label}", label=tr(WORDS_INSIDE[corrections.label])))
    embed.add_field(name=tr("Corrections"), value="\n".join(lines), inline=False)
