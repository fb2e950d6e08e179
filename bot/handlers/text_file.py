"""Presses of the two buttons under a text file that could be one review or a list of them."""

from __future__ import annotations

from bot.components import ids
from bot.core import BotCore
from bot.handlers.base import KeyButtonHandler, Press
from bot.services.text_files import read_as


class ReadAsButton(KeyButtonHandler, custom_id=ids.READ_AS):
    """Reads the file as its sender says; only for who sent it."""

    async def press(self, interaction: Press, bot: BotCore) -> None:
        """Accepts the review or the file."""
        await read_as(interaction, self.key, one=self.values["way"] == "one")
