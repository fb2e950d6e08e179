"""Answering an interaction with what went wrong, privately."""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Final

import aiohttp
import discord

from bot.cards.base import Card
from bot.core import BotCore
from bot.delivery.outbox import passes
from bot.delivery.responses import say_privately
from bot.delivery.stale_replies import keep, say_if_thinking
from bot.errors.table import note, unwrap

log = logging.getLogger(__name__)

LATER_S: Final = (1.0, 5.0, 20.0, 60.0, 180.0)
"""Pauses before a sentence is tried again that could not be shown; the reply's token lives for 15 minutes."""


async def report(interaction: discord.Interaction[Any], error: BaseException, *, doing: str) -> None:
    """Answers an interaction privately with what went wrong. Never raises: the error is logged first."""
    text = note(error, doing).text
    # The answer was cut, and Discord may show it all the same: then there is nothing to tell.
    cut = isinstance(unwrap(error), aiohttp.ClientError | OSError)
    try:
        await say_privately(interaction, text, unless_answered=cut)
    except discord.HTTPException as failed:
        log.warning("an error could not be shown: %s", type(failed).__name__)
        if passes(failed):
            _say_later(interaction, text)
    except (aiohttp.ClientError, OSError) as failed:
        log.warning("an error could not be shown yet: %s", type(failed).__name__)
        _say_later(interaction, text)


def _say_later(interaction: discord.Interaction[Any], text: str) -> None:
    """In the reply, should it show "thinking ..." still; the next start does the same where this bot ends before."""
    keep(interaction)
    bot: BotCore = interaction.client
    bot.start_task(_try_again(bot, interaction, text), "an error that is owed")


async def _try_again(bot: BotCore, interaction: discord.Interaction[Any], text: str) -> None:
    for pause_s in LATER_S:
        await asyncio.sleep(pause_s)
        try:
            await say_if_thinking(bot, interaction.id, interaction.token, Card(text))
        except (discord.HTTPException, aiohttp.ClientError, OSError):
            continue
        return
