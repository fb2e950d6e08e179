"""What a bot that died left at "thinking ..." before it had taken anything in, said by the one that comes after."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import aiohttp
import discord
from discord.http import Route, handle_message_parameters

from bot.cards.base import Card
from bot.delivery.outbox import GONE, with_retries
from common.i18n import locale_tag, mark, tr, use_locale
from db.delivery import open_replies
from db.errors import DbError

if TYPE_CHECKING:
    from bot.client import ReelfeelBot

log = logging.getLogger(__name__)

REMEMBER_S: Final = 1.0
"""Of the 3 seconds within which Discord wants an answer; a database that is slower must not cost the reply."""
LOADING: Final = 1 << 7
"""Flag of a message that shows "thinking ..." (Discord's message flag LOADING)."""
LOST: Final = mark("I was restarted before I could take this in, so nothing was accepted: send it again.")


async def remember(interaction: discord.Interaction[Any]) -> None:
    """Before "thinking ..." is shown: remembers the reply until the task that answers it has ended."""
    bot: ReelfeelBot = interaction.client
    task = asyncio.current_task()
    if task is None:
        return
    with suppress(DbError, TimeoutError):
        stored = bot.in_thread(open_replies.remember, bot.db, interaction.id, interaction.token, locale_tag())
        await asyncio.wait_for(stored, REMEMBER_S)
    task.add_done_callback(lambda _: bot.start_task(_forget(bot, interaction.id), "forgetting a reply"))


async def _forget(bot: ReelfeelBot, interaction_id: int) -> None:
    with suppress(DbError):  # the next start looks at the reply and finds it answered
        await bot.in_thread(open_replies.forget, bot.db, interaction_id)


async def finish_left(bot: ReelfeelBot) -> None:
    """At the start: says in each reply that still shows "thinking ..." that nothing was accepted."""
    for interaction_id, (token, spoken) in (await bot.in_thread(open_replies.left, bot.db)).items():
        try:
            with use_locale(spoken):
                await with_retries(lambda token=token: _say_lost(bot, token))  # type: ignore[misc]
        except GONE:  # its 15 minutes are over
            pass
        except (discord.HTTPException, aiohttp.ClientError, OSError) as failed:
            log.warning("a reply left behind could not be finished: %s", type(failed).__name__)
            continue
        await _forget(bot, interaction_id)


async def _say_lost(bot: ReelfeelBot, token: str) -> None:
    path = "/webhooks/{webhook_id}/{webhook_token}/messages/@original"
    where = {"webhook_id": bot.application_id, "webhook_token": token}
    shown: dict[str, Any] = await bot.http.request(Route("GET", path, **where))  # type: ignore[arg-type]
    if not int(shown.get("flags") or 0) & LOADING:
        return
    with handle_message_parameters(**Card(tr(LOST)).for_edit()) as asked:
        await bot.http.request(Route("PATCH", path, **where), json=asked.payload)  # type: ignore[arg-type]
