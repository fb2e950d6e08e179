"""Scoring files for an interaction: `/batch`, `/upload`, and files found by Score review."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import aiohttp
import discord

from bot.cards.base import Card, one_line
from bot.cards.links import jump_url
from bot.core import BotCore
from bot.delivery.responses import answer, defer
from bot.errors.table import note
from bot.permissions import requester_of, wants_share
from bot.services.intake import FileRequest, accept_file, check_file
from bot.services.origins import interaction_origin
from bot.services.questions import same_file_question
from common.i18n import mark, pair, tr
from db.delivery.cards import clear_reply_token
from db.queries.jobs import get_job
from db.types import Accepted, JobView

log = logging.getLogger(__name__)

LATER = mark("Job {job} is accepted. Its progress will be shown soon.")
BELOW = mark("Job {job} is accepted. Its progress is shown below.")
THERE = mark("Job {job} is accepted: {link}")
CLOSED_CHANNEL = mark(
    "I cannot write in this channel, so this reply shows job {job} for 15 minutes; after that `/jobs download` gives "
    "the files."
)
CLOSED_DMS = mark(
    "Your privacy settings block my direct messages, so this reply shows job {job} for 15 minutes; after that "
    "`/jobs download` gives the files."
)
NOWHERE = mark("Job {job} is accepted. I cannot write to you, so use `/jobs status` to see its progress.")


async def take_files(
    interaction: discord.Interaction[Any],
    files: Sequence[discord.Attachment],
    *,
    text_column: str | None,
    film_column: str | None = None,
    date_column: str | None = None,
    options: Mapping[str, Any] | None = None,
    share: bool | None,
) -> None:
    """Files of `/batch` and `/upload`: looked at, deferred privately, taken in. Raises as `batch_for` does.

    `options`: what else is said of how they are read (`FileRequest`). `share`: None as the caller's settings have it.
    """
    bot: BotCore = interaction.client
    if len(files) == 1:
        check_file(files[0].filename, files[0].size, bot.settings)
    await defer(interaction)
    origin = interaction_origin(interaction, share=await wants_share(bot, interaction, share))
    columns, standing = (text_column, film_column, date_column), requester_of(interaction)
    said = {name: value for name, value in (options or {}).items() if value not in (None, False)}
    requests = [FileRequest(one, origin, part, *columns, said, standing) for part, one in enumerate(files)]
    await batch_for(interaction, requests)


async def batch_for(interaction: discord.Interaction[Any], requests: Sequence[FileRequest]) -> None:
    """Takes in files and answers where their cards stand. The interaction is deferred, privately.

    A card is a message the bot owns, for a job outlives the 15 minutes of an interaction's token. One file that is
    refused raises UserError, db.errors.DbError or discord.HTTPException; of several, the others are taken all the same.
    """
    bot: BotCore = interaction.client
    with bot.notifier.hold(interaction.id):
        if len(requests) == 1:
            await _one(bot, interaction, requests[0])
        else:
            await _several(bot, interaction, requests)
    bot.notifier.wake()


async def _one(bot: BotCore, interaction: discord.Interaction[Any], request: FileRequest) -> None:
    outcome = await accept_file(bot, request)
    if isinstance(outcome, JobView):
        await answer(interaction, await same_file_question(bot, request, outcome))
    else:
        await show_job(bot, interaction, outcome)


async def _several(bot: BotCore, interaction: discord.Interaction[Any], requests: Sequence[FileRequest]) -> None:
    lines: list[str] = []
    questions: list[Card] = []
    for request in requests:
        try:
            outcome = await accept_file(bot, request)
            if isinstance(outcome, JobView):
                questions.append(await same_file_question(bot, request, outcome))
            else:
                lines.append(await _where(bot, interaction, outcome) or tr(NOWHERE, job=outcome.job_id))
        except Exception as error:  # the other files are taken all the same
            lines.append(pair(one_line(request.attachment.filename, 80), note(error, "a file").text))
    await answer(interaction, Card("\n".join(lines)[:2000]) if lines else questions.pop(0))
    for question in questions:
        await interaction.followup.send(**question.for_send(), ephemeral=True)


async def show_job(bot: BotCore, interaction: discord.Interaction[Any], accepted: Accepted) -> None:
    """Puts the job's card where it belongs and answers where that is; the caller holds the job."""
    text = await _where(bot, interaction, accepted)
    if text is not None:
        await answer(interaction, Card(text))
        return
    job = await bot.in_thread(get_job, bot.db, bot.viewer(interaction), accepted.job_id)
    bot.notifier.keep_live(job.id, interaction, tr(CLOSED_CHANNEL if job.shared else CLOSED_DMS, job=job.id))


async def _where(bot: BotCore, interaction: discord.Interaction[Any], accepted: Accepted) -> str | None:
    """Sends the job's first card and says where it stands; None when its place is closed to the bot."""
    job = await bot.in_thread(get_job, bot.db, bot.viewer(interaction), accepted.job_id)
    try:
        place = await bot.notifier.first_place(job)
    except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
        # The job is stored, and the notifier goes on trying: this must not look like a refusal.
        log.warning("job %d: first card not sent (%s)", job.id, type(error).__name__)
        return tr(LATER, job=job.id)
    finally:
        # This reply is being answered: a restarted bot has nothing to finish here.
        await bot.in_own_thread(clear_reply_token, bot.db, job.id)
    if place is None:
        return None
    if place.channel_id == interaction.channel_id and not job.shared:
        return tr(BELOW, job=job.id)
    link = jump_url(job.guild_id if job.shared else None, place.channel_id, place.message_id)
    return tr(THERE, job=job.id, link=link)
