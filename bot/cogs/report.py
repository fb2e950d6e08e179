"""`/report`: counts, averages and a chart of the caller's verdicts, about films and jobs, never about a member."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.cards.base import Card, CardFile
from bot.cards.report import (
    CSV_HEADER,
    FEWEST,
    About,
    By,
    alt_text,
    chart_png,
    csv_rows,
    report_embed,
    too_few,
)
from bot.choices import Number, any_job
from bot.dates import FORMS, check_order, parse_day
from bot.errors import UserError
from bot.tables import csv_table
from db.jobs import get_job
from db.reports import summary
from db.types import ReportFilter

if TYPE_CHECKING:
    from bot.client import ReelfeelBot
    from db.engine import Database
    from db.types import Viewer

Day = app_commands.Range[str, 1, 50]


class ReportCog(commands.Cog, name="Report"):
    """The command `/report`."""

    def __init__(self, bot: ReelfeelBot) -> None:
        self.bot = bot

    @app_commands.command()
    @app_commands.describe(
        film="Only this film",
        job="Only this job",
        since=f"First day: {FORMS}",
        until=f"Last day: {FORMS}",
        by="What the chart goes along",
        share="Show it to everybody in this channel; otherwise only you see it",
    )
    @app_commands.autocomplete(job=any_job)
    async def report(
        self,
        interaction: discord.Interaction[Any],
        film: app_commands.Range[str, 1, 200] | None = None,
        job: Number | None = None,
        since: Day | None = None,
        until: Day | None = None,
        by: By = "day",
        share: bool = False,
    ) -> None:
        """Counts, averages and a chart of your verdicts, by time or by film."""
        today = interaction.created_at.date()
        first = None if since is None else parse_day(since, today=today)
        last = None if until is None else parse_day(until, today=today)
        check_order(first, last)
        await interaction.response.defer(ephemeral=True)  # also when shared: an error is the caller's alone
        about = About(film, job, first, last, by)
        card = await self.bot.in_thread(report_card, self.bot.db, self.bot.viewer(interaction), about)
        if share:
            await interaction.edit_original_response(content="Shown to everybody here:")
        await interaction.followup.send(**card.for_send(), ephemeral=not share)


def report_card(db: Database, viewer: Viewer, about: About) -> Card:
    """Asks the database and draws; blocking.

    Raises db.errors.NotFound when the job is not the viewer's to see, UserError when there are too few reviews.
    """
    if about.job is not None:
        get_job(db, viewer, about.job)
    wanted = ReportFilter(film=about.film, job_id=about.job, since=about.since, until=about.until, by=about.by)
    report = summary(db, viewer, wanted)
    if report.total < FEWEST:
        raise UserError(too_few(report, about))
    chart = CardFile("report.png", chart_png(report, about), alt=alt_text(report, about))
    table = CardFile("report.csv", csv_table(CSV_HEADER, csv_rows(report)).data)
    return Card(embed=report_embed(report, about), files=(chart, table))


async def setup(bot: ReelfeelBot) -> None:
    """Called by discord.py when the extension is loaded."""
    await bot.add_cog(ReportCog(bot))
