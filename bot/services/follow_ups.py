"""The answers to `bot.services.questions`: a file is scored again, the files of a message are scored."""

from __future__ import annotations

from typing import Any

import discord

from bot.cards.base import Card
from bot.core import BotCore
from bot.delivery.responses import answer
from bot.permissions import requester_of
from bot.services.file_jobs import BELOW, batch_for, show_job
from bot.services.intake import FileRequest, accept_again
from bot.services.origins import answered_origin, interaction_origin
from bot.services.questions import AGAIN, FILES, OVER, answering
from common.errors import UserError
from common.i18n import tr
from db.errors import NotYours
from db.queries.jobs import get_job, read_options


async def score_again(interaction: discord.Interaction[Any], key: str) -> None:
    """The answer to `same_file_question`. Raises UserError, db.errors.DbError, discord.HTTPException."""
    bot: BotCore = interaction.client
    await interaction.response.defer()
    async with answering(interaction, AGAIN, key) as data:
        message = data.get("message")
        if message is None:
            origin, part = interaction_origin(interaction, share=data["shared"]), 0
        else:
            *place, part = message
            origin = answered_origin(interaction.user.id, *place)
        with bot.notifier.hold(interaction.id):
            requester = requester_of(interaction)
            accepted = await accept_again(
                bot,
                origin,
                data["job"],
                data["columns"],
                standing=requester,
                part=part,
                options=data.get("options"),  # none in a question from before
            )
            if message is None:
                await show_job(bot, interaction, accepted)
            else:
                await answer(interaction, Card(tr(BELOW, job=accepted.job_id)))
    bot.notifier.wake()


async def read_again(interaction: discord.Interaction[Any], job_id: int, choice: int) -> None:
    """Scores the stored file of a job again, with another of its columns as the text; the press is deferred.

    Raises UserError, db.errors.DbError, discord.HTTPException.
    """
    bot: BotCore = interaction.client
    job = await bot.in_thread(get_job, bot.db, bot.viewer(interaction), job_id)
    if job.owner_id != interaction.user.id:
        raise NotYours("file")
    if choice >= len(job.columns):
        raise UserError(tr(OVER))
    columns = (job.columns[choice], job.read.get("film"), job.read.get("date"))
    said = await bot.in_thread(read_options, bot.db, bot.viewer(interaction), job_id)
    with bot.notifier.hold(interaction.id):
        origin = interaction_origin(interaction, share=job.shared)
        accepted = await accept_again(bot, origin, job_id, columns, standing=requester_of(interaction), options=said)
        await show_job(bot, interaction, accepted)
    bot.notifier.wake()


async def score_files(interaction: discord.Interaction[Any], key: str) -> None:
    """The answer to `files_question`. Raises UserError, db.errors.DbError, discord.HTTPException."""
    bot: BotCore = interaction.client
    await interaction.response.defer()
    async with answering(interaction, FILES, key) as data:
        channel_id, message_id = data["message"]
        origin = interaction_origin(interaction, share=False, target=(channel_id, message_id))
        await batch_for(
            interaction,
            [
                FileRequest(_attachment(bot, stored), origin, part, standing=requester_of(interaction))
                for part, stored in enumerate(data["files"])
            ],
        )


def _attachment(bot: BotCore, stored: list[Any]) -> discord.Attachment:
    id_, filename, size, url, proxy_url = stored
    data: Any = {"id": id_, "filename": filename, "size": size, "url": url, "proxy_url": proxy_url}
    return discord.Attachment(data=data, state=bot._connection)
