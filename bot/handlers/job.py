"""Presses of a job card's buttons: Cancel, Resume, and what to do with a file that was scored before."""

from __future__ import annotations

import discord

from bot.cards.search_request import SearchRequest
from bot.components import ids
from bot.core import BotCore
from bot.delivery.outbox import with_retries
from bot.delivery.responses import answer, defer
from bot.handlers.base import KeyButtonHandler, NumberButtonHandler, Press
from bot.services.follow_ups import score_again, score_files
from bot.services.job_actions import resume_job
from bot.services.job_files import give_files
from bot.services.lookups import RESULTS
from bot.services.pages import open_pages
from bot.visible_channels import shared_in
from common.errors import UserError
from common.i18n import tr
from db.delivery.message_deletions import NOBODY, About, remember_sent
from db.errors import JobFinished, NotFound
from db.queries.jobs import get_job
from db.queue import cancel
from db.types import Viewer


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


class NegativesButton(NumberButtonHandler, custom_id=ids.NEGATIVES):
    """Lists the negative reviews of a job, for whoever presses and may see it."""

    async def press(self, interaction: Press, bot: BotCore) -> None:
        """As `/results search label:negative job:N`, privately."""
        await defer(interaction)
        await bot.in_thread(get_job, bot.db, bot.viewer(interaction), self.number)
        await open_pages(interaction, RESULTS, SearchRequest(label="negative", job=self.number).to_json())


class DownloadButton(NumberButtonHandler, custom_id=ids.DOWNLOAD):
    """Gives the files of a finished job, for whoever presses and may see it."""

    async def press(self, interaction: Press, bot: BotCore) -> None:
        """As `/jobs download`, privately."""
        await defer(interaction)
        await give_files(interaction, self.number)


class ReuseButton(NumberButtonHandler, custom_id=ids.REUSE):
    """Shows the finished job of the same file instead of scoring it again; only for who sent it."""

    async def press(self, interaction: Press, bot: BotCore) -> None:
        """Puts the finished card in the place of the question, or shows it to the presser alone where others read."""
        await interaction.response.defer()
        job = await bot.in_thread(get_job, bot.db, bot.viewer(interaction), self.number)
        if job.owner_id != interaction.user.id:
            raise NotFound("job", self.number)
        in_place = await _may_stand_here(interaction, bot, self.number)
        async with bot.notifier.card_of(job, user_id=interaction.user.id) as card:
            if card is None:
                return
            if not in_place:
                await with_retries(lambda: interaction.followup.send(**card.for_send(), ephemeral=True, wait=True))
                return
            question = interaction.message
            if question is not None and not question.flags.ephemeral:  # before it shows the job: it goes with it
                about = About(job.owner_id, job.id, shared=job.shared)
                await bot.in_own_thread(remember_sent, bot.db, question.channel.id, question.id, about)
            await answer(interaction, card)


async def _may_stand_here(interaction: Press, bot: BotCore, job_id: int) -> bool:
    """Whether all who read the message with the button may see the presser's own job."""
    private = interaction.message is not None and interaction.message.flags.ephemeral
    if private or isinstance(interaction.channel, discord.DMChannel):
        return True
    if interaction.guild_id is None or interaction.channel_id is None:
        return False
    place = shared_in(interaction.channel, interaction.channel_id)
    try:
        await bot.in_thread(get_job, bot.db, Viewer(NOBODY, interaction.guild_id, frozenset({place})), job_id)
    except NotFound:
        return False
    return True


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
