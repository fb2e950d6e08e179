"""Presses of a job card's buttons: Cancel, Resume, and what to do with a file that was scored before."""

from __future__ import annotations

from bot.components import ids
from bot.core import BotCore
from bot.delivery.responses import answer
from bot.handlers.base import KeyButtonHandler, NumberButtonHandler, Press
from bot.pools.heavy_work import SENDING
from bot.services.follow_ups import score_again, score_files
from bot.services.job_actions import resume_job
from common.errors import UserError
from common.i18n import tr
from db.errors import JobFinished
from db.queries.jobs import get_job
from db.queue import cancel


class CancelButton(NumberButtonHandler, custom_id=ids.CANCEL):
    """Stops a job; nothing more of it is scored."""

    async def press(self, interaction: Press, bot: BotCore) -> None:
        """Cancels in SQL; the notifier then redraws the card."""
        await interaction.response.defer()
        try:
            await bot.in_thread(cancel, bot.db, bot.viewer(interaction), self.number)
        except JobFinished:
            raise UserError(tr("Job {job} had already ended before you pressed the button.", job=self.number)) from None
        bot.notifier.wake()


class ResumeButton(NumberButtonHandler, custom_id=ids.RETRY):
    """Goes on with a job that was cancelled or gave up."""

    async def press(self, interaction: Press, bot: BotCore) -> None:
        """Reopens the job in SQL; the notifier then redraws the card."""
        await interaction.response.defer()
        await resume_job(bot, bot.viewer(interaction), self.number)


class ReuseButton(NumberButtonHandler, custom_id=ids.REUSE):
    """Shows the finished job of the same file instead of scoring it again."""

    async def press(self, interaction: Press, bot: BotCore) -> None:
        """Puts the finished card in the place of the question."""
        await interaction.response.defer()
        job = await bot.in_thread(get_job, bot.db, bot.viewer(interaction), self.number)
        async with bot.heavy.turn(SENDING, interaction.user.id):
            card = await bot.notifier.card_of(job)
            if card is not None:
                await answer(interaction, card)


class AgainButton(KeyButtonHandler, custom_id=ids.AGAIN):
    """Scores a file again that was scored before; only for who sent it."""

    async def press(self, interaction: Press, bot: BotCore) -> None:
        """Accepts the file as a new job."""
        await score_again(interaction, self.key)


class FilesButton(KeyButtonHandler, custom_id=ids.FILES):
    """Scores the files of somebody's message; only for who asked."""

    async def press(self, interaction: Press, bot: BotCore) -> None:
        """Accepts the files."""
        await score_files(interaction, self.key)
