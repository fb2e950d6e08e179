"""Replies of interactions by their token alone: what a bot may still read and edit after the one that answered died."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from discord.http import Route, handle_message_parameters

from bot.cards.base import Card
from bot.core import BotCore

TOKEN_LIFE: Final = timedelta(minutes=15)
TOKEN_SPARE: Final = timedelta(minutes=1)
"""An interaction's token is given up this long before Discord does, while the last words can still be said."""


async def shown_reply(bot: BotCore, token: str) -> dict[str, Any]:
    """The reply as Discord's API gives it. Raises discord.HTTPException, aiohttp.ClientError, OSError."""
    reply: dict[str, Any] = await bot.http.request(_route("GET", bot, token))
    return reply


async def edit_reply(bot: BotCore, token: str, card: Card) -> dict[str, Any]:
    """Makes the reply show this card, as `Interaction.edit_original_response` does; what it then is."""
    with handle_message_parameters(**card.for_edit()) as parameters:
        reply: dict[str, Any] = await bot.http.request(_route("PATCH", bot, token), json=parameters.payload)
    return reply


def _route(method: str, bot: BotCore, token: str) -> Route:
    return Route(
        method,
        "/webhooks/{webhook_id}/{webhook_token}/messages/@original",
        webhook_id=bot.application_id,
        webhook_token=token,
    )
