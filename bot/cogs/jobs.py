"""`/jobs list | status | cancel | resume | download`: what became of the caller's files and messages."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.autocomplete import Number, any_job, ended_early_job, job_with_files, unfinished_job
from bot.cards.base import Card
from bot.core import BotCore
from bot.delivery.responses import answer, defer
from bot.services.job_actions import resume_job
from bot.services.job_files import give_files
from bot.services.lookups import JOBS, status_card
from bot.services.pages import open_pages
from common.i18n import tr, trn
from db.queries.jobs import get_job
from db.queue import cancel
from db.types import JobView


class Jobs(commands.GroupCog, group_name="jobs", group_description="Your files and messages: their state and results"):
    """Commands about jobs; every query goes through the caller's scope, so someone else's job is simply not found."""

    def __init__(self, bot: BotCore) -> None:
        self.bot = bot

    @app_commands.command(name="list")
    @app_commands.describe(unfinished="Only those that are not finished yet")
    async def list_(self, interaction: discord.Interaction[Any], unfinished: bool = False) -> None:
        """Your jobs and those shared where you can read them, newest first."""
        await defer(interaction)
        await open_pages(interaction, JOBS, {"unfinished": unfinished})

    @app_commands.command()
    @app_commands.describe(job="Number of the job")
    @app_commands.autocomplete(job=any_job)
    async def status(self, interaction: discord.Interaction[Any], job: Number) -> None:
        """How far a job is, or how it ended."""
        await defer(interaction)
        await answer(interaction, await status_card(self.bot, self.bot.viewer(interaction), job))

    @app_commands.command(name="cancel")
    @app_commands.describe(job="Number of the job")
    @app_commands.autocomplete(job=unfinished_job)
    async def cancel_(self, interaction: discord.Interaction[Any], job: Number) -> None:
        """Stops a job; what is scored already stays."""
        await defer(interaction)
        await self.bot.in_thread(cancel, self.bot.db, self.bot.viewer(interaction), job)
        self.bot.notifier.wake()
        stored = await self._job(interaction, job)
        sentence = trn(
            "Job {job} is cancelled; {count} review was already scored.",
            "Job {job} is cancelled; {count} reviews were already scored.",
            stored.rows_done,
            job=job,
        )
        await answer(interaction, Card(sentence))

    @app_commands.command()
    @app_commands.describe(job="Number of the job")
    @app_commands.autocomplete(job=ended_early_job)
    async def resume(self, interaction: discord.Interaction[Any], job: Number) -> None:
        """Resumes a cancelled or failed job; what is scored already is kept."""
        await defer(interaction)
        await resume_job(self.bot, self.bot.viewer(interaction), job)
        stored = await self._job(interaction, job)
        if stored.rows_done:
            sentence = trn(
                "Job {job} is running again; {count} review was already scored. `/jobs status` shows its progress.",
                "Job {job} is running again; {count} reviews were already scored. `/jobs status` shows its progress.",
                stored.rows_done,
                job=job,
            )
        else:
            sentence = tr("Job {job} is running again, from the start. `/jobs status` shows its progress.", job=job)
        await answer(interaction, Card(sentence))

    @app_commands.command()
    @app_commands.describe(job="Number of the job")
    @app_commands.autocomplete(job=job_with_files)
    async def download(self, interaction: discord.Interaction[Any], job: Number) -> None:
        """The files of a finished job, again."""
        await defer(interaction)
        await give_files(interaction, job)

    async def _job(self, interaction: discord.Interaction[Any], job: int) -> JobView:
        """Raises db.errors.NotFound, for someone else's job too."""
        return await self.bot.in_thread(get_job, self.bot.db, self.bot.viewer(interaction), job)


async def setup(bot: BotCore) -> None:
    """Called by discord.py when the extension is loaded."""
    await bot.add_cog(Jobs(bot))
