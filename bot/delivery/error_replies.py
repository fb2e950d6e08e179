"""Answering an interaction with what went wrong, privately."""

from __future__ import annotations

import logging
from typing import Any

import aiohttp
import discord

from bot.delivery.responses import say_privately
from bot.errors.table import note

log = logging.getLogger(__name__)


async def report(interaction: discord.Interaction[Any], error: BaseException, *, doing: str) -> None:
    """Answers an interaction privately with what went wrong. Never raises: the error is logged first."""
    text = note(error, doing).text
    try:
        await say_privately(interaction, text)
    except (discord.HTTPException, aiohttp.ClientError, OSError) as failed:
        log.warning("an error could not be shown: %s", type(failed).__name__)
