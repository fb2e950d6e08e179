"""The files of a finished job, given again: for `/jobs download` and the button of its card."""

from __future__ import annotations

from typing import Any, Final

import discord

from bot.cards.jobs_list import STATES, files_card
from bot.core import BotCore
from bot.delivery.attachments import finished_files
from bot.delivery.responses import answer
from bot.pools.heavy_work import DOWNLOADS
from common.errors import UserError
from common.i18n import mark, tr
from db.queries.jobs import get_job
from db.types import JobView


async def give_files(interaction: discord.Interaction[Any], job_id: int) -> None:
    """Answers a deferred interaction with the files of a job that the caller may see.

    Raises UserError when there are none, db.errors.NotFound.
    """
    bot: BotCore = interaction.client
    job = await bot.in_thread(get_job, bot.db, bot.viewer(interaction), job_id)
    refuse_without_files(job)
    limit = interaction.filesize_limit
    async with bot.heavy.turn(DOWNLOADS, interaction.user.id):
        outputs = await finished_files(bot, job, DOWNLOADS, limit=limit)
        await answer(interaction, files_card(job, outputs.files, outputs.too_large, limit=limit, parted=outputs.parted))


def refuse_without_files(job: JobView) -> None:
    """Raises UserError, saying why, for a job that has no files to give."""
    if job.kind == "message":
        raise UserError(
            tr("Job {job} is a message, without files: `/results search job:{job}` shows its verdict.", job=job.id)
        )
    if not job.terminal:
        raise UserError(
            tr(
                "Job {job} is not finished yet ({state}). `/jobs status` shows its progress.",
                job=job.id,
                state=tr(STATES[job.state]),
            )
        )
    if job.state != "done":
        raise UserError(tr(_WITHOUT_FILES[job.state], job=job.id))


_WITHOUT_FILES: Final = {
    "cancelled": mark(
        "Job {job} was cancelled and has no files. `/jobs resume` resumes it, and `/results search job:{job}` "
        "exports what was scored."
    ),
    "failed": mark(
        "Job {job} failed and has no files. `/jobs resume` resumes it, and `/results search job:{job}` exports "
        "what was scored."
    ),
}
