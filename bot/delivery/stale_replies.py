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
REMEMBER_S: Final = 0.6
"""Of the 3 seconds within which Discord wants an answer; a database that is slower must not cost the reply."""
FEW: Final = 3
"""Of more that are not stored yet each waits for `IN_A_BURST_S`: then the acknowledgement goes first."""
IN_A_BURST_S: Final = 0.15
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
    patience_s = REMEMBER_S if bot.open_replies.unstored < FEW else IN_A_BURST_S
    await bot.open_replies.add((interaction.id, interaction.token, locale_tag()), patience_s)
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
