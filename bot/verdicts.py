"""Scoring one text for an interaction: `/score` and the entry Score review of a message's menu."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord

from bot.cards.base import Card
from bot.intake import accept_text, check_text
from bot.outbox import with_retries
from db.jobs import mark_delivered, set_message
from db.types import JobView, Origin

if TYPE_CHECKING:
    from bot.client import ReelfeelBot

WAIT_S = 10.0
"""How long a reply waits for its verdict; far below the 15 minutes of an interaction's token."""


def origin_of(interaction: discord.Interaction[Any], *, share: bool, film: str | None = None) -> Origin:
    """Where the work of an interaction comes from."""
    return Origin(
        owner_id=interaction.user.id,
        guild_id=interaction.guild_id,
        channel_id=interaction.channel_id,
        source="interaction",
        source_id=interaction.id,
        shared=share,
        film=film,
    )


async def score_for(
    interaction: discord.Interaction[Any], text: str, *, share: bool = False, film: str | None = None
) -> None:
    """Answers with the verdict card, or after 10 s with where it will appear. Raises UserError, db.errors.DbError."""
    bot: ReelfeelBot = interaction.client
    text = check_text(text, bot.settings)
    await interaction.response.defer(ephemeral=not share, thinking=True)
    with bot.notifier.hold(interaction.id):
        accepted = await accept_text(bot, origin_of(interaction, share=share, film=film), text)
        job = await _ended(bot, accepted.job_id)
        if job is None:
            await _say_later(bot, interaction, accepted.job_id, share)
            return
        await _say_now(bot, interaction, job, share)


async def _ended(bot: ReelfeelBot, job_id: int) -> JobView | None:
    try:
        job: JobView = await bot.wait_for("job_ended", check=lambda ended: ended.id == job_id, timeout=WAIT_S)
    except TimeoutError:
        return None
    return job


async def _say_now(bot: ReelfeelBot, interaction: discord.Interaction[Any], job: JobView, share: bool) -> None:
    card = await bot.notifier.card_of(job)
    if card is None:
        return
    message = await with_retries(lambda: interaction.edit_original_response(**card.for_edit()))
    if share:
        await bot.in_thread(set_message, bot.db, job.id, message.channel.id, message.id)
    await bot.in_thread(mark_delivered, bot.db, job.id)


async def _say_later(bot: ReelfeelBot, interaction: discord.Interaction[Any], job_id: int, share: bool) -> None:
    where = "this message will show the verdict" if share else "the verdict will come as a direct message"
    card = Card(f"Job {job_id} is queued behind other work: {where}. `/results search` finds it too.")
    message = await with_retries(lambda: interaction.edit_original_response(**card.for_edit()))
    if share:
        await bot.in_thread(set_message, bot.db, job_id, message.channel.id, message.id)
