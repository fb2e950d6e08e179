"""The form behind Wrong?, and storing what it or `/correct` says.

A form that was opened before a restart of the bot is unknown to discord.py afterwards; so its answer is taken from the
interaction itself (`bot.cogs.correct`), and the form's number stands in its custom_id.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

import discord

from bot.cards.correction import CHOICES, noted_card
from bot.components import ids
from bot.core import BotCore
from bot.delivery.responses import answer, defer
from common.errors import UserError
from common.i18n import tr
from db.queries.corrections import NOTE_CHARS, correct


class CorrectionForm(discord.ui.Modal):
    """Asks what a review really says, and why."""

    def __init__(self, result_id: int) -> None:
        """`result_id`: of a result the user may see; asked again when the form is sent."""
        title = tr("Is result {result} wrong?", result=result_id)
        super().__init__(title=title[:45], custom_id=ids.CORRECTION.of(result_id), timeout=840)
        options = [discord.SelectOption(label=tr(words), value=label) for label, words in CHOICES.items()]
        self.add_item(
            discord.ui.Label(
                text=tr("What is the review really?"),
                component=discord.ui.Select(custom_id="label", options=options),
            )
        )
        self.add_item(
            discord.ui.Label(
                text=tr("Why? (optional)"),
                description=tr("Kept with the verdict until the review's text is deleted; only you see it"),
                component=discord.ui.TextInput(
                    custom_id="note", style=discord.TextStyle.paragraph, required=False, max_length=NOTE_CHARS
                ),
            )
        )


def submitted(interaction: discord.Interaction[Any]) -> tuple[int, dict[str, str]] | None:
    """The result's number and the values by custom_id when this is a sent correction form, else None."""
    data = cast("dict[str, Any]", interaction.data or {})
    match = ids.CORRECTION.pattern.fullmatch(str(data.get("custom_id", "")))
    if interaction.type is not discord.InteractionType.modal_submit or match is None:
        return None
    return int(match["id"]), dict(_values(data.get("components", [])))


def _values(components: Iterable[dict[str, Any]]) -> Iterable[tuple[str, str]]:
    for part in components:
        inner = part.get("component") or part
        yield from _values(part.get("components", []))
        if "custom_id" in inner:
            chosen = inner.get("values") or [inner.get("value") or ""]
            yield str(inner["custom_id"]), str(chosen[0])


async def store(interaction: discord.Interaction[Any], result_id: int, label: str, note: str | None) -> None:
    """Stores a correction and thanks, privately. Raises UserError, db.errors.DbError (NotFound)."""
    if label not in CHOICES:
        raise UserError(tr("Say what the review really is: positive, negative or unclear."))
    bot: BotCore = interaction.client
    await defer(interaction)
    await bot.in_thread(correct, bot.db, bot.viewer(interaction), result_id, label, note)
    await answer(interaction, noted_card(result_id, label))
