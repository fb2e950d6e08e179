"""What a bot that died left at "thinking ..." before it had taken anything in, said by the one that comes after."""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Final

import aiohttp
import discord

from bot.cards.base import Card
from bot.core import BotCore
from bot.delivery.outbox import GONE, TOKEN_OVER, with_retries
from bot.delivery.reply_by_token import edit_reply, shown_reply
from common.i18n import locale_tag, mark, tr, use_locale
from db.delivery import open_replies

log = logging.getLogger(__name__)

FORGET_S: Final = 30.0
REMEMBER_S: Final = 0.15
"""So long an acknowledgement waits until it is stored, seconds. It takes a tenth of that as a rule; where others hold
SQLite's write lock the acknowledgement goes first, and is stored in the moment after."""
_KEPT: Final = "reelfeel_kept"
LOADING: Final = 1 << 7
"""Flag of a message that shows "thinking ..." (Discord's message flag LOADING)."""
LOST: Final = mark("I was restarted before I could accept this, so nothing was accepted. Send it again.")


async def remember(interaction: discord.Interaction[Any]) -> None:
    """Before "thinking ..." is shown: remembers the reply until the task that answers it has ended."""
    bot: BotCore = interaction.client
    task = asyncio.current_task()
    if task is None:
        return
    await bot.open_replies.add((interaction.id, interaction.token, locale_tag()), REMEMBER_S)
    task.add_done_callback(lambda _: _ended(bot, interaction))


def keep(interaction: discord.Interaction[Any]) -> None:
    """The task that answers it ends without an answer: it stays remembered."""
    interaction.extras[_KEPT] = True


def _ended(bot: BotCore, interaction: discord.Interaction[Any]) -> None:
    if not interaction.extras.get(_KEPT):
        bot.start_task(_forget(bot, interaction.id), "forgetting a reply")


async def say_if_thinking(bot: BotCore, interaction_id: int, token: str, card: Card) -> None:
    """Shows the card in a reply that shows "thinking ..." still, and forgets the reply. Raises as `shown_reply`."""
    try:
        reply = await shown_reply(bot, token)
        if int(reply.get("flags") or 0) & LOADING:
            await edit_reply(bot, token, card)
    except discord.HTTPException as refused:
        if not isinstance(refused, GONE) and refused.code != TOKEN_OVER:
            raise
    await _forget(bot, interaction_id)


async def _forget(bot: BotCore, interaction_id: int) -> None:
    # Where that fails, the next start looks at the reply and finds it answered.
    await bot.closed_replies.add(interaction_id, FORGET_S)


async def finish_left(bot: BotCore) -> None:
    """At the start: says in each reply that still shows "thinking ..." that nothing was accepted."""
    for interaction_id, (token, spoken) in (await bot.in_thread(open_replies.unfinished_replies, bot.db)).items():
        try:
            with use_locale(spoken):
                lost = Card(tr(LOST))
            await with_retries(
                lambda number=interaction_id, token=token, lost=lost: say_if_thinking(bot, number, token, lost)  # type: ignore[misc]
            )
        except (discord.HTTPException, aiohttp.ClientError, OSError) as failed:
            log.warning("a reply left behind could not be finished: %s", type(failed).__name__)
