"""Scoring files for an interaction: `/batch`, and files found by Score review."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import aiohttp
import discord

from bot.cards.base import Card
from bot.cards.job import same_file_card
from bot.cards.jobs_list import jump_url
from bot.intake import FileRequest, accept_file
from bot.verdicts import origin_of
from db.jobs import get_job
from db.types import Accepted, JobView

if TYPE_CHECKING:
    from bot.client import ReelfeelBot

log = logging.getLogger(__name__)


async def batch_for(interaction: discord.Interaction[Any], request: FileRequest, *, again: bool = False) -> None:
    """Takes in one file and answers where its card stands. The interaction is deferred, privately.

    The card is a message the bot owns, for a job outlives the 15 minutes of an interaction's token.
    Raises UserError, db.errors.DbError, discord.HTTPException.
    """
    bot: ReelfeelBot = interaction.client
    with bot.notifier.hold(interaction.id):
        outcome = await accept_file(bot, request, again=again)
        if isinstance(outcome, JobView):
            await _ask(bot, interaction, request, outcome)
            return
        await _show(bot, interaction, outcome)
    bot.notifier.poke()


async def _ask(bot: ReelfeelBot, interaction: discord.Interaction[Any], request: FileRequest, same: JobView) -> None:
    async def accept(pressed: discord.Interaction[Any]) -> None:
        origin = origin_of(pressed, share=request.origin.shared)
        columns = request.text_column, request.film_column, request.date_column
        await batch_for(pressed, FileRequest(request.attachment, origin, 0, *columns), again=True)

    key = bot.offers.add(interaction.user.id, accept)
    await interaction.edit_original_response(**same_file_card(same, key).for_edit())


async def _show(bot: ReelfeelBot, interaction: discord.Interaction[Any], accepted: Accepted) -> None:
    job = await bot.in_thread(get_job, bot.db, bot.viewer(interaction), accepted.job_id)
    try:
        place = await bot.notifier.first_place(job)
    except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
        # The job is stored, and the notifier goes on trying: this must not look like a refusal.
        log.warning("job %d: first card not sent (%s)", job.id, type(error).__name__)
        await interaction.edit_original_response(**Card(f"Job {job.id} is accepted: its card follows.").for_edit())
        return
    if place is not None:
        if place.channel_id == interaction.channel_id and not job.shared:
            where = "its card stands below."
        else:
            where = str(jump_url(job.guild_id if job.shared else None, place.channel_id, place.message_id))
        await interaction.edit_original_response(**Card(f"Job {job.id} is accepted: {where}").for_edit())
        return
    closed = "I cannot write in this channel" if job.shared else "You take no direct messages from me"
    hint = f"{closed}, so this reply shows job {job.id} for 15 minutes; after that `/jobs download` gives the files."
    bot.notifier.keep_live(job.id, interaction, hint)
