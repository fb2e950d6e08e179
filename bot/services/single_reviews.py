"""Scoring one text for an interaction: `/score` and the entry Score review of a message's menu."""

from __future__ import annotations

from typing import Any

import discord

from bot.cards.base import Card
from bot.core import BotCore
from bot.delivery.responses import answer, defer
from bot.errors.table import note
from bot.metrics import note_shown
from bot.permissions import takes_notices
from bot.services.intake import accept_text, check_text
from bot.services.origins import interaction_origin
from common.i18n import mark, tr
from db.delivery.cards import clear_reply_token, mark_delivered, set_card_message
from db.errors import DbError
from db.types import JobView

WAIT_S = 10.0
"""How long a reply waits for its verdict; far below the 15 minutes of an interaction's token."""
LATER_HERE = mark(
    "Job {job} is waiting in the queue. This message will show the verdict; `/results search` finds it too."
)
LATER_IN_REPLY = mark(
    "Job {job} is waiting in the queue. This reply shows the verdict if it comes within 15 minutes; `/results "
    "search` finds it too."
)
LATER_BY_DM = mark(
    "Job {job} is waiting in the queue. The verdict will come as a direct message; `/results search` finds it too."
)


async def score_for(
    interaction: discord.Interaction[Any],
    text: str,
    *,
    share: bool = False,
    film: str | None = None,
    target: tuple[int, int] | None = None,
) -> None:
    """Answers with the verdict card, or after 10 s with where it will appear. Raises UserError, db.errors.DbError.

    A caller that had to load the text first has deferred the interaction already, `share` as here.
    """
    bot: BotCore = interaction.client
    text = check_text(text, bot.settings)
    if not interaction.response.is_done():
        await defer(interaction, public=share)
    with bot.notifier.hold(interaction.id):
        accepted = await accept_text(bot, interaction_origin(interaction, share=share, film=film, target=target), text)
        job = await _ended(bot, accepted.job_id)
        if job is None:
            await _say_later(bot, interaction, accepted.job_id, share)
            return
        await _say_now(bot, interaction, job, share)


async def _ended(bot: BotCore, job_id: int) -> JobView | None:
    try:
        job: JobView = await bot.wait_for("job_ended", check=lambda ended: ended.id == job_id, timeout=WAIT_S)
    except TimeoutError:
        return None
    return job


async def _say_now(bot: BotCore, interaction: discord.Interaction[Any], job: JobView, share: bool) -> None:
    async with bot.notifier.card_of(job) as card:
        if card is None:
            return
        message = await answer(interaction, card)
    try:
        if share:
            await bot.in_own_thread(set_card_message, bot.db, job.id, message.channel.id, message.id, shared=True)
        await bot.in_own_thread(mark_delivered, bot.db, job.id)
    except DbError as error:  # the verdict stands there: the notifier shows it again, in its place
        note(error, "a verdict that was shown")
        return
    note_shown(job)


def _only_reply(interaction: discord.Interaction[Any]) -> bool:
    """Whether the bot is not there itself, as its user installed it: it may change its reply by the token alone."""
    by_user = interaction.is_user_integration() and not interaction.is_guild_integration()
    return interaction.context.private_channel or (interaction.guild_id is not None and by_user)


async def _say_later(bot: BotCore, interaction: discord.Interaction[Any], job_id: int, share: bool) -> None:
    if _only_reply(interaction) if share else not await takes_notices(bot, bot.viewer(interaction)):
        # The reply's token stays stored: the notifier finishes this reply as one that was left at "thinking ...".
        await answer(interaction, Card(tr(LATER_IN_REPLY, job=job_id)))
        return
    message = await answer(interaction, Card(tr(LATER_HERE if share else LATER_BY_DM, job=job_id)))
    await bot.in_own_thread(clear_reply_token, bot.db, job_id)
    if share:
        await bot.in_own_thread(set_card_message, bot.db, job_id, message.channel.id, message.id, shared=True)
