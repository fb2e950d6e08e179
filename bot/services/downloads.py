"""Files that somebody sent, loaded from Discord: whole or not at all, and tried again where that helps."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

import aiohttp
import discord

from bot.core import BotCore
from bot.delivery.outbox import passes
from bot.services.incoming import read_message
from common.errors import UserError
from common.i18n import mark, tr

log = logging.getLogger(__name__)

PAUSES_S: Final = (0.5, 1.5, 4.0)
"""Before each further try."""

GONE: Final = mark("Discord no longer hands out {file}: its link has expired, or it was deleted. Send the file again.")
REFUSED: Final = mark("Discord refuses to hand out {file} (status {status}): send the file again.")
AWAY: Final = mark(
    "Discord did not hand out {file} in {tries} attempts, so nothing was accepted: try again in a minute."
)
SHORT: Final = mark("Only a part of {file} arrived in {tries} attempts, so nothing was accepted: send the file again.")


class Unfinished(Exception):
    """Fewer bytes came than Discord announced."""


async def download(bot: BotCore, attachment: discord.Attachment, message: tuple[int, int] | None = None) -> bytes:
    """All bytes of a file. Raises UserError, which says what was wrong and what to do.

    `message`: channel and message that the file hangs on, where it is one; it knows a fresh link for an old one.
    """
    name = discord.utils.escape_markdown(attachment.filename)[:100]
    last: Exception | None = None
    for pause_s in (0.0, *PAUSES_S):
        await asyncio.sleep(pause_s)
        try:
            return await _whole(attachment)
        except discord.NotFound:
            fresh = None if message is None else await _linked_anew(bot, attachment, message)
            if fresh is None or fresh.url == attachment.url:
                raise UserError(tr(GONE, file=name)) from None
            attachment, message = fresh, None
        except discord.HTTPException as refused:
            if not passes(refused):
                raise UserError(tr(REFUSED, file=name, status=refused.status)) from None
            last = refused
        except (Unfinished, aiohttp.ClientError, OSError) as cut:
            last = cut
    log.warning("a file could not be loaded", extra={"error": type(last).__name__})
    count = len(PAUSES_S) + 1
    if isinstance(last, Unfinished):
        raise UserError(tr(SHORT, file=name, tries=count))
    raise UserError(tr(AWAY, file=name, tries=count))


async def _whole(attachment: discord.Attachment) -> bytes:
    try:
        data = await attachment.read()
    except aiohttp.ClientPayloadError:
        raise Unfinished from None
    if len(data) != attachment.size:
        raise Unfinished
    return data


async def _linked_anew(
    bot: BotCore, attachment: discord.Attachment, message: tuple[int, int]
) -> discord.Attachment | None:
    """The same file as the message shows it now; None when the message or the file is out of reach."""
    channel_id, message_id = message
    try:
        shown = await bot.get_partial_messageable(channel_id).fetch_message(message_id)
    except (discord.HTTPException, aiohttp.ClientError, OSError):
        return None
    return next((one for one in read_message(shown).files if one.id == attachment.id), None)
