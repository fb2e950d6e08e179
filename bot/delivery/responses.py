"""Answering an interaction so that nobody is left at "thinking ..." and nothing is said twice."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import Any, Final

import aiohttp
import discord

from bot.cards.base import Card
from bot.delivery.outbox import with_retries
from bot.delivery.reply_by_token import TOKEN_SPARE
from bot.delivery.stale_replies import remember
from common.i18n import mark, tr

log = logging.getLogger(__name__)

TOO_LONG: Final = mark(
    "This takes longer than Discord lets a reply wait. The work continues; `/jobs list` shows what was accepted."
)
WITHDRAWN: Final = mark("This command could not be carried out.")
_PUBLIC: Final = "reelfeel_public"


async def defer(interaction: discord.Interaction[Any], *, public: bool = False) -> None:
    """Shows "thinking ...", to the caller alone unless `public`; `answer` or an error takes its place."""
    interaction.extras[_PUBLIC] = public
    await remember(interaction)
    await interaction.response.defer(ephemeral=not public, thinking=True)


async def answer(interaction: discord.Interaction[Any], card: Card) -> discord.InteractionMessage:
    """Puts a card in the place of the deferred reply (of a button: of its message).

    An edit, so that a retry after a cut connection cannot double it. Raises discord.HTTPException,
    aiohttp.ClientError, OSError.
    """
    return await with_retries(lambda: interaction.edit_original_response(**card.for_edit()))


async def say_privately(interaction: discord.Interaction[Any], text: str) -> None:
    """Shows a sentence to the caller alone, whatever was answered before; raises as `answer` does."""
    if not interaction.response.is_done():
        await interaction.response.send_message(text, ephemeral=True)
        return
    if interaction.extras.get(_PUBLIC):
        # The first message after a public "thinking ..." is public whatever is asked, and when that is deleted before
        # it says anything, no other can follow (discord-api-docs issues 2739 and 2860). So it says something first.
        interaction.extras[_PUBLIC] = False
        await answer(interaction, Card(tr(WITHDRAWN)))
        await interaction.followup.send(text, ephemeral=True)
        await with_retries(interaction.delete_original_response)
    elif interaction.response.type is discord.InteractionResponseType.deferred_channel_message:
        await answer(interaction, Card(text))
    else:
        await interaction.followup.send(text, ephemeral=True)


def watch(interaction: discord.Interaction[Any]) -> None:
    """From the task that answers an interaction: says where to look when it has not ended within 14 minutes."""
    task = asyncio.current_task()
    if task is not None:
        ending = asyncio.create_task(_give_up(interaction, task), name="patience")
        task.add_done_callback(lambda _: ending.cancel())


async def _give_up(interaction: discord.Interaction[Any], task: asyncio.Task[Any]) -> None:
    left = (interaction.expires_at - TOKEN_SPARE - discord.utils.utcnow()) / timedelta(seconds=1)
    await asyncio.sleep(max(0.0, left))
    if task.done() or interaction.response.type is not discord.InteractionResponseType.deferred_channel_message:
        return
    try:
        await answer(interaction, Card(tr(TOO_LONG)))
    except (discord.HTTPException, aiohttp.ClientError, OSError) as failed:
        log.warning("a long wait could not be explained: %s", type(failed).__name__)
