"""Buttons of a verdict card: Details, Wrong?, Delete, and the choice that Wrong? opens."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar, Self

import discord

from bot.buttons.base import NumberButton, Press, buttons_view, guarded
from db.corrections import correct
from db.results import delete_result, get_result

if TYPE_CHECKING:
    from bot.client import ReelfeelBot


class DetailsButton(NumberButton):
    """Shows the numbers behind a verdict, privately."""

    prefix = "result:details"
    text = "Details"

    async def press(self, interaction: Press, bot: ReelfeelBot) -> None:
        """Answers with the details card."""
        from bot.cards.verdict import details_card

        await interaction.response.defer(ephemeral=True, thinking=True)
        result = await bot.in_thread(get_result, bot.db, bot.viewer(interaction), self.number)
        await interaction.edit_original_response(**details_card(result).for_edit())


class WrongButton(NumberButton):
    """Asks what the verdict should have been."""

    prefix = "result:wrong"
    text = "Wrong?"

    async def press(self, interaction: Press, bot: ReelfeelBot) -> None:
        """Answers with the choice, privately; who may not see the result does not get it."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        result = await bot.in_thread(get_result, bot.db, bot.viewer(interaction), self.number)
        choices = [CorrectButton(result.id, label) for label in CorrectButton.words]
        await interaction.edit_original_response(
            content="What does the review really say? Your answer is kept beside the verdict and measures quality; "
            "it never trains a model.",
            view=buttons_view(*choices),
        )


class CorrectButton(
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"result:correct:(?P<id>\d{1,18}):(?P<label>positive|negative|uncertain)",
):
    """One answer to Wrong?."""

    words: ClassVar[dict[str, str]] = {"positive": "Positive", "negative": "Negative", "uncertain": "Neither, or both"}

    def __init__(self, number: int, label: str) -> None:
        """`number`: result id; `label`: what the review really says."""
        self.number = number
        self.label = label
        super().__init__(
            discord.ui.Button(
                label=self.words[label],
                style=discord.ButtonStyle.secondary,
                custom_id=f"result:correct:{number}:{label}",
            )
        )

    @classmethod
    async def from_custom_id(cls, interaction: Press, item: discord.ui.Item[Any], match: re.Match[str], /) -> Self:
        """The button that was pressed."""
        return cls(int(match["id"]), match["label"])

    async def callback(self, interaction: Press) -> None:
        """Stores the correction."""
        await guarded(interaction, "result:correct", self.press)

    async def press(self, interaction: Press, bot: ReelfeelBot) -> None:
        """Stores the correction and thanks."""
        await interaction.response.defer()
        await bot.in_thread(correct, bot.db, bot.viewer(interaction), self.number, self.label)
        await interaction.edit_original_response(
            content=f"Noted: **{self.words[self.label].lower()}**. Thank you; the verdict stays as the model gave it.",
            view=None,
        )


class DeleteButton(NumberButton):
    """Deletes the review's text and the card. Only the owner's press does anything."""

    prefix = "result:delete"
    text = "Delete"

    async def press(self, interaction: Press, bot: ReelfeelBot) -> None:
        """Deletes in SQL first, then the message: a card without its text is harmless, the other way round is not."""
        await interaction.response.defer()
        await bot.in_thread(delete_result, bot.db, bot.viewer(interaction), self.number)
        with suppress(discord.NotFound):
            await interaction.delete_original_response()
