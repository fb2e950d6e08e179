"""Handing out the zip of `/privacy export`: whole, in as many parts as the limit of one attachment asks for."""

from __future__ import annotations

from typing import IO, Any, Final

import discord

from bot.cards.base import Card
from bot.cards.privacy import export_card, export_part_card
from bot.core import BotCore
from bot.delivery.outbox import with_retries
from bot.delivery.responses import answer
from db.privacy.types import DataExport

MAX_PARTS: Final = 40
"""Most messages of one export: they must be sent while the interaction lives. What is beyond is named as left out."""


async def send_export(interaction: discord.Interaction[Any], packed: IO[bytes], taken: DataExport, limit: int) -> None:
    """Sends the zip, one part after the other, privately; one part is in memory at a time. `limit`: bytes of a part.

    Parts are pieces of one zip: joined in their order they are the zip. Raises discord.HTTPException.
    """
    bot: BotCore = interaction.client
    count = max(1, -(-packed.seek(0, 2) // limit))
    packed.seek(0)
    for part in range(1, count + 1):
        data = await bot.in_thread(packed.read, limit)
        if part == 1:
            await answer(interaction, export_card(data, taken, parts=count))
        else:
            await _follow(interaction, export_part_card(data, part=part, parts=count))


async def _follow(interaction: discord.Interaction[Any], card: Card) -> None:
    await with_retries(lambda: interaction.followup.send(**card.for_send(), ephemeral=True, wait=True))
