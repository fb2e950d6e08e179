"""Answering an interaction so that nobody is left at "thinking ..." and nothing is said twice."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import Any, Final

import aiohttp
import discord

from bot.cards.base import Card
from bot.core import BotCore
from bot.delivery.acknowledgements import ALREADY_ACKNOWLEDGED
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
_DEFERRED: Final = "reelfeel_deferred"
_ANSWERED: Final = "reelfeel_answered"


async def defer(interaction: discord.Interaction[Any], *, public: bool = False) -> None:
    """Shows "thinking ...", to the caller alone unless `public`; `answer` or an error takes its place."""
    interaction.extras[_PUBLIC] = public
    await remember(interaction)
    interaction.extras[_DEFERRED] = True
    await interaction.response.defer(ephemeral=not public, thinking=True)
    bot: BotCore = interaction.client
    bot.way.answered(interaction.id)  # known already where the call went over a real connection


async def answer(interaction: discord.Interaction[Any], card: Card) -> discord.InteractionMessage:
    """Puts a card in the place of the deferred reply (of a button: of its message).

    An edit, so that a retry after a cut connection cannot double it. Raises discord.HTTPException,
    aiohttp.ClientError, OSError.
    """
    interaction.extras[_ANSWERED] = True  # also when it fails: Discord may have it all the same
    return await with_retries(lambda: interaction.edit_original_response(**card.for_edit()))


async def say_privately(interaction: discord.Interaction[Any], text: str, *, unless_answered: bool = False) -> None:
    """Shows a sentence to the caller alone, whatever was answered before; raises as `answer` does.

    What an answer shows already is never replaced by it; `unless_answered`: then nothing need be said.
    """
    if not interaction.response.is_done():
        await _say_first(interaction, text)
        return
    deferred = interaction.response.type is discord.InteractionResponseType.deferred_channel_message
    if deferred and interaction.extras.get(_ANSWERED) and not await _is_thinking(interaction):
        if not unless_answered:
            await interaction.followup.send(text, ephemeral=True)
    elif interaction.extras.get(_PUBLIC):
        # The first message after a public "thinking ..." is public whatever is asked, and when that is deleted before
        # it says anything, no other can follow (discord-api-docs issues 2739 and 2860). So it says something first.
        interaction.extras[_PUBLIC] = False
        await _put(interaction, tr(WITHDRAWN))
        await interaction.followup.send(text, ephemeral=True)
        await with_retries(interaction.delete_original_response)
    elif deferred:
        await _put(interaction, text)
    else:
        await interaction.followup.send(text, ephemeral=True)


async def _say_first(interaction: discord.Interaction[Any], text: str) -> None:
    """Says it though nothing was answered, as far as is known: an acknowledgement that failed may have arrived."""
    if interaction.extras.get(_DEFERRED):
        try:
            await _put(interaction, text)
        except discord.NotFound:  # it had not
            pass
        else:
            return
    try:
        await interaction.response.send_message(text, ephemeral=True)
    except discord.HTTPException as refused:
        if refused.code != ALREADY_ACKNOWLEDGED:
            raise
        await interaction.followup.send(text, ephemeral=True)


async def _put(interaction: discord.Interaction[Any], text: str) -> None:
    await with_retries(lambda: interaction.edit_original_response(**Card(text).for_edit()))


async def _is_thinking(interaction: discord.Interaction[Any]) -> bool:
    """Whether the reply shows nothing yet, as Discord has it."""
    shown = await with_retries(interaction.original_response)
    return shown.flags.loading


def watch(interaction: discord.Interaction[Any]) -> None:
    """From the task that answers an interaction: says where to look when it has not ended within 14 minutes.

    However it ends, nobody waits for its first answer any more.
    """
    task = asyncio.current_task()
    if task is not None:
        bot: BotCore = interaction.client
        ending = asyncio.create_task(_give_up(interaction, task), name="patience")
        task.add_done_callback(lambda _: ending.cancel())
        task.add_done_callback(lambda _: bot.way.answered(interaction.id))


async def _give_up(interaction: discord.Interaction[Any], task: asyncio.Task[Any]) -> None:
    left = (interaction.expires_at - TOKEN_SPARE - discord.utils.utcnow()) / timedelta(seconds=1)
    await asyncio.sleep(max(0.0, left))
    if task.done() or interaction.response.type is not discord.InteractionResponseType.deferred_channel_message:
        return
    try:
        await answer(interaction, Card(tr(TOO_LONG)))
    except (discord.HTTPException, aiohttp.ClientError, OSError) as failed:
        log.warning("a long wait could not be explained: %s", type(failed).__name__)
