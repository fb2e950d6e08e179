"""What people said about a verdict, and the thanks for saying it."""

from __future__ import annotations

from typing import Final

import discord

from bot.cards.base import Card, one_line
from common.i18n import mark, number, tr
from db.types import Corrections, Label

CHOICES: Final[dict[Label, str]] = {
    "positive": mark("Positive"),
    "negative": mark("Negative"),
    "uncertain": mark("Neither, or both"),
}
_INSIDE: Final[dict[Label, str]] = {
    "positive": mark("positive"),
    "negative": mark("negative"),
    "uncertain": mark("neither, or both"),
}
"""The same within a sentence."""


def noted_card(result_id: int, label: Label) -> Card:
    """The answer to a correction."""
    return Card(
        tr(
            "Noted for result {result}: **{label}**. Thank you; the verdict stays as the model gave it. It is kept "
            "beside the verdict and measures quality; it never trains a model.",
            result=result_id,
            label=tr(_INSIDE[label]),
        )
    )


def add_corrections(embed: discord.Embed, said: Corrections) -> None:
    """Puts what was said onto a result's embed; nothing when nobody said anything."""
    if not said.counts:
        return
    counts = ", ".join(f"{tr(_INSIDE[label])} {number(n)}" for label, n in sorted(said.counts.items()))
    lines = [tr("What people say it is: {counts}", counts=counts)]
    if said.label is not None and said.note:
        lines.append(tr("You: {label}: “{note}”", label=tr(_INSIDE[said.label]), note=one_line(said.note, 300)))
    elif said.label is not None:
        lines.append(tr("You: {label}", label=tr(_INSIDE[said.label])))
    embed.add_field(name=tr("Corrections"), value="\n".join(lines), inline=False)
