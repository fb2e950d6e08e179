"""Sends and edits the messages the bot owns: paced, retried, and never doubled by a retry."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Final, TypeVar

import aiohttp
import discord
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter

from bot.cards.base import Card
from bot.core import BotCore
from bot.delivery.rate_limiter import Limiter

T = TypeVar("T")
log = logging.getLogger(__name__)

GONE = (discord.Forbidden, discord.NotFound)
TOKEN_OVER: Final = 50027
"""Discord's code for the token of an interaction whose 15 minutes are over; its status is 401."""
"""What Discord answers when a channel or message is deleted or closed to the bot: trying again cannot help."""


TOO_MANY_REQUESTS: Final = 429
SERVER_ERRORS: Final = 500


def passes(error: discord.HTTPException) -> bool:
    """Whether Discord may do later what it did not now: it was busy or broken. What it refuses it goes on refusing."""
    return error.status == TOO_MANY_REQUESTS or error.status >= SERVER_ERRORS


async def with_retries(call: Callable[[], Awaitable[T]], *, attempts: int = 3) -> T:
    """Awaits `call`, again after a cut connection: discord.py repeats 5xx itself, but on Linux not a cut one.

    Raises the last aiohttp.ClientError or OSError, and at once whatever else is raised.
    """
    async for attempt in AsyncRetrying(
        retry=retry_if_exception_type((aiohttp.ClientError, OSError)),
        stop=stop_after_attempt(attempts),
        wait=wait_exponential_jitter(multiplier=0.2, max=2.0),
        reraise=True,
    ):
        with attempt:
            return await call()
    raise AssertionError("tenacity returns or raises")  # pragma: no cover


class Outbox:
    """Every call to Discord outside interactions goes through here, at most 40 a second."""

    def __init__(self, bot: BotCore) -> None:
        self._bot = bot
        self._limiter = Limiter()

    async def send(
        self, channel_id: int, card: Card, *, nonce: str, reply_to: int | None = None, silent: bool = False
    ) -> discord.Message:
        """Sends a card; a repeat with the same `nonce` within minutes gives the first message instead of a second.

        `reply_to`: a message of the same channel; when it is gone the card is sent without the reference. `silent`: no
        device of a reader makes a sound.
        Raises discord.HTTPException (`GONE` when the channel cannot be reached), aiohttp.ClientError, OSError.
        """
        channel = self._bot.get_partial_messageable(channel_id)
        reference = None
        if reply_to is not None:
            reference = discord.MessageReference(message_id=reply_to, channel_id=channel_id, fail_if_not_exists=False)

        async def call() -> discord.Message:
            await self._limiter.wait()
            parts = card.for_send()
            if reference is not None:
                parts["reference"] = reference
            message: discord.Message = await channel.send(nonce=nonce, silent=silent, **parts)
            return message

        return await with_retries(call)

    async def edit(self, channel_id: int, message_id: int, card: Card) -> None:
        """Makes an own message show this card; raises as `send` does."""
        message = self._bot.get_partial_messageable(channel_id).get_partial_message(message_id)

        async def call() -> None:
            await self._limiter.wait()
            await message.edit(**card.for_edit())

        await with_retries(call)

    async def delete(self, channel_id: int, message_id: int) -> None:
        """Deletes an own message; raises as `send` does."""
        message = self._bot.get_partial_messageable(channel_id).get_partial_message(message_id)

        async def call() -> None:
            await self._limiter.wait()
            await message.delete()

        await with_retries(call)

    async def history(self, channel_id: int, after: datetime, most: int) -> list[discord.Message]:
        """The channel's messages from `after` on, the oldest first, at most `most` (100); raises as `send` does."""
        channel = self._bot.get_partial_messageable(channel_id)

        async def call() -> list[discord.Message]:
            await self._limiter.wait()
            return [one async for one in channel.history(limit=most, after=after, oldest_first=True)]

        return await with_retries(call)

    async def reach(self, channel_id: int) -> Any:
        """The channel as Discord knows it now; raises as `send` does."""

        async def call() -> Any:
            await self._limiter.wait()
            return await self._bot.fetch_channel(channel_id)

        return await with_retries(call)

    async def dm_channel(self, user_id: int) -> int:
        """Id of the DM channel with a user. That it exists does not say that the user takes DMs: `send` shows it."""

        async def call() -> int:
            await self._limiter.wait()
            channel = await self._bot.create_dm(discord.Object(user_id))
            return channel.id

        return await with_retries(call)
