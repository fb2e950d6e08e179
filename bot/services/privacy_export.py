"""Handing out the zip of `/privacy export`: whole, in as many parts as the limit of one attachment asks for."""

from __future__ import annotations

from typing import Any, Final

import discord

from bot.cards.base import Card
from bot.cards.privacy import export_card, export_part_card
from bot.delivery.outbox import with_retries
from bot.delivery.responses import answer
from bot.pools.spool import SpooledFile
from db.privacy.types import DataExport

MAX_PARTS: Final = 40
"""Most messages of one export: they must be sent while the interaction lives. What is beyond is named as left out."""


async def send_export(
    interaction: discord.Interaction[Any], packed: SpooledFile, taken: DataExport, limit: int
) -> None:
    """Sends the zip, one part after the other, privately, each from the disk. `limit`: bytes of a part.

    Parts are pieces of one zip: joined in their order they are the zip. Raises discord.HTTPException.
    """
    parts = packed.parts(limit)
    await answer(interaction, export_card(parts[0], taken, parts=len(parts)))
    for number, part in enumerate(parts[1:], start=2):
        await _follow(interaction, export_part_card(part, part=number, parts=len(parts)))


async def _follow(interaction: discord.Interaction[Any], card: Card) -> None:
    await with_retries(lambda: interaction.followup.send(**card.for_send(), ephemeral=True, wait=True))
