"""What people said about a verdict, and the thanks for saying it."""

from __future__ import annotations

from typing import Final

import discord

from bot.cards.base import Card, one_line
from db.corrections import Corrections
from db.types import Label

CHOICES: Final[dict[Label, str]] = {"positive": "Positive", "negative": "Negative", "uncertain": "Neither, or both"}
PROMISE: Final = "It is kept beside the verdict and measures quality; it never trains a model."


def noted_card(result_id: int, label: Label) -> Card:
    """The answer to a correction."""
    return Card(
        f"Noted for result {result_id}: **{CHOICES[label].lower()}**. Thank you; the verdict stays as the model gave "
        f"it. {PROMISE}"
    )


def add_corrections(embed: discord.Embed, said: Corrections) -> None:
    """Puts what was said onto a result's embed; nothing when nobody said anything."""
    if not said.counts:
        return
    counts = ", ".join(f"{CHOICES[label].lower()} {n:,}" for label, n in sorted(said.counts.items()))
    lines = [f"What people say it is: {counts}"]
    if said.label is not None:
        note = f": “{one_line(said.note, 300)}”" if said.note else ""
        lines.append(f"You: {CHOICES[said.label].lower()}{note}")
    embed.add_field(name="Corrections", value="\n".join(lines), inline=False)
