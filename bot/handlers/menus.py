"""Choices from menus: the text column of a file; one of the results or jobs of a list, in full."""

from __future__ import annotations

from bot.components import ids
from bot.core import BotCore
from bot.delivery.responses import answer, defer
from bot.handlers.base import MenuHandler, Press
from bot.services.follow_ups import read_again
from bot.services.lookups import full_card, status_card
from common.errors import UserError
from common.i18n import tr
from db.queries.jobs import get_job
from db.queue import choose_column


class ColumnSelect(MenuHandler, custom_id=ids.COLUMN):
    """Which column holds the reviews."""

    async def press(self, interaction: Press, bot: BotCore) -> None:
        """Stores the choice and wakes a worker for the new ingest chunk."""
        await interaction.response.defer()
        viewer, job_id = bot.viewer(interaction), int(self.values["id"])
        job = await bot.in_thread(get_job, bot.db, viewer, job_id)
        if job.state != "needs_column" or self.choice >= len(job.columns):
            raise UserError(tr("The column of job {job} is already chosen.", job=job_id))
        bot.wake_workers(await bot.in_thread(choose_column, bot.db, viewer, job_id, job.columns[self.choice]))
        bot.notifier.wake()


class RereadMenu(MenuHandler, custom_id=ids.REREAD):
    """Another column of a file that was scored."""

    async def press(self, interaction: Press, bot: BotCore) -> None:
        """Scores the stored file again, as a new job of whoever sent it."""
        await defer(interaction)
        await read_again(interaction, int(self.values["id"]), self.choice)


class ResultMenu(MenuHandler, custom_id=ids.PICK_RESULT):
    """One of the verdicts that a search found, for the one who picks."""

    async def press(self, interaction: Press, bot: BotCore) -> None:
        """As `/results show` shows it, privately; the list stays."""
        await defer(interaction)
        await answer(interaction, await full_card(bot, bot.viewer(interaction), self.choice))


class JobMenu(MenuHandler, custom_id=ids.PICK_JOB):
    """One of the jobs on a list, for the one who picks."""

    async def press(self, interaction: Press, bot: BotCore) -> None:
        """As `/jobs status` shows it, privately; the list stays."""
        await defer(interaction)
        await answer(interaction, await status_card(bot, bot.viewer(interaction), self.choice))
