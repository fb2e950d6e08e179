"""Buttons of a job card: Cancel, Go on, the choice of a text column, what to do with a file that was scored before."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Self

import discord

from bot.handlers.base import NumberButton, Press, guarded
from bot.services.intake import quotas_of
from common.errors import UserError
from common.i18n import mark, tr
from db.errors import JobFinished
from db.queries.jobs import get_job
from db.queue import cancel, choose_column, retry
from db.types import JobView, Viewer

if TYPE_CHECKING:
    from bot.client import ReelfeelBot

MAX_CHOICES = 25


class CancelButton(NumberButton):
    """Stops a job; nothing more of it is scored."""

    prefix = "job:cancel"
    text = mark("Cancel")
    style = discord.ButtonStyle.danger

    async def press(self, interaction: Press, bot: ReelfeelBot) -> None:
        """Cancels in SQL; the notifier then redraws the card."""
        await interaction.response.defer()
        try:
            await bot.in_thread(cancel, bot.db, bot.viewer(interaction), self.number)
        except JobFinished:
            raise UserError(tr("Job {job} had already ended before you pressed.", job=self.number)) from None
        bot.notifier.wake()


class RetryButton(NumberButton):
    """Goes on with a job that was cancelled or gave up."""

    prefix = "job:retry"
    text = mark("Go on")
    style = discord.ButtonStyle.primary

    async def press(self, interaction: Press, bot: ReelfeelBot) -> None:
        """Reopens the job in SQL; the notifier then redraws the card."""
        await interaction.response.defer()
        await go_on(bot, bot.viewer(interaction), self.number)


async def go_on(bot: ReelfeelBot, viewer: Viewer, job_id: int) -> None:
    """Goes on with the viewer's job where it stopped. Raises db.errors.DbError when it cannot."""
    bot.wake_workers(*await bot.in_thread(retry, bot.db, viewer, job_id, quotas=quotas_of(bot.settings)))
    bot.notifier.wake()


class ColumnSelect(discord.ui.DynamicItem[discord.ui.Select[Any]], template=r"job:column:(?P<id>\d{1,18})"):
    """Asks which column holds the reviews. Values are positions: names can be longer than Discord allows."""

    def __init__(self, number: int, columns: tuple[str, ...] = ()) -> None:
        """`number`: job id; `columns`: the candidates, of which the first 25 are offered."""
        self.number = number
        options = [
            discord.SelectOption(
                label=(name.strip() or tr("(column {number})", number=place + 1))[:100], value=str(place)
            )
            for place, name in enumerate(columns[:MAX_CHOICES])
        ]
        super().__init__(
            discord.ui.Select(
                custom_id=f"job:column:{number}",
                placeholder=tr("Which column holds the reviews?"),
                options=options or [discord.SelectOption(label="-", value="0")],
            )
        )

    @classmethod
    async def from_custom_id(cls, interaction: Press, item: discord.ui.Item[Any], match: re.Match[str], /) -> Self:
        """The menu that was used; the choice itself comes with the interaction."""
        return cls(int(match["id"]))

    async def callback(self, interaction: Press) -> None:
        """Stores the choice."""
        await guarded(interaction, "job:column", self.press)

    async def press(self, interaction: Press, bot: ReelfeelBot) -> None:
        """Stores the choice and rings for the new ingest chunk."""
        await interaction.response.defer()
        viewer = bot.viewer(interaction)
        place = int(self.item.values[0])
        job = await bot.in_thread(get_job, bot.db, viewer, self.number)
        if job.state != "needs_column" or place >= len(job.columns):
            raise UserError(tr("The column of job {job} is already chosen.", job=self.number))
        ring = await bot.in_thread(choose_column, bot.db, viewer, self.number, job.columns[place])
        bot.wake_workers(ring)
        bot.notifier.wake()


class ReuseButton(NumberButton):
    """Shows the finished job of the same file instead of scoring it again."""

    prefix = "job:reuse"
    text = mark("Show that result")
    style = discord.ButtonStyle.primary

    async def press(self, interaction: Press, bot: ReelfeelBot) -> None:
        """Puts the finished card in the place of the question."""
        await interaction.response.defer()
        job = await bot.in_thread(get_job, bot.db, bot.viewer(interaction), self.number)
        card = await bot.notifier.card_of(job)
        if card is not None:
            await interaction.edit_original_response(**card.for_edit())


class AgainButton(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"job:again:(?P<key>[0-9a-f]{16})"):
    """Scores a file again that was scored before; only for who sent it."""

    def __init__(self, key: str) -> None:
        """`key`: of the continuation with the question."""
        self.key = key
        super().__init__(
            discord.ui.Button(
                label=tr("Score again"), style=discord.ButtonStyle.secondary, custom_id=f"job:again:{key}"
            )
        )

    @classmethod
    async def from_custom_id(cls, interaction: Press, item: discord.ui.Item[Any], match: re.Match[str], /) -> Self:
        """The button that was pressed."""
        return cls(match["key"])

    async def callback(self, interaction: Press) -> None:
        """Accepts the file as a new job."""
        await guarded(interaction, "job:again", self.press)

    async def press(self, interaction: Press, bot: ReelfeelBot) -> None:
        """Accepts the file as a new job."""
        from bot.services.follow_ups import score_again

        await score_again(interaction, self.key)


class FilesButton(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"job:files:(?P<key>[0-9a-f]{16})"):
    """Scores the files of somebody's message; only for who asked."""

    def __init__(self, key: str, text: str = "…") -> None:
        """`key`: of the continuation with the question; `text`: the label."""
        self.key = key
        super().__init__(discord.ui.Button(label=text, style=discord.ButtonStyle.primary, custom_id=f"job:files:{key}"))

    @classmethod
    async def from_custom_id(cls, interaction: Press, item: discord.ui.Item[Any], match: re.Match[str], /) -> Self:
        """The button that was pressed."""
        return cls(match["key"])

    async def callback(self, interaction: Press) -> None:
        """Accepts the files."""
        await guarded(interaction, "job:files", self.press)

    async def press(self, interaction: Press, bot: ReelfeelBot) -> None:
        """Accepts the files."""
        from bot.services.follow_ups import score_files

        await score_files(interaction, self.key)


def job_buttons(job: JobView) -> list[discord.ui.Item[Any]]:
    """The controls that make sense in the job's state."""
    if job.retryable:
        return [RetryButton(job.id)]
    if job.terminal:
        return []
    if job.state == "needs_column" and job.columns:
        return [ColumnSelect(job.id, job.columns), CancelButton(job.id)]
    return [CancelButton(job.id)]
