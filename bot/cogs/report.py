"""`/report`: counts, averages and charts of the caller's verdicts, about films and jobs, never about a member."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import Any, Final

import discord
from discord import app_commands
from discord.ext import commands

from bot.autocomplete import Number, a_film, any_job
from bot.cards.base import Card, CardFile, one_line
from bot.cards.report import EXTREMES, alt_text, distribution_alt, quotes, report_embed
from bot.core import BotCore
from bot.delivery.responses import answer, defer
from bot.pools.heavy_work import MAKING
from bot.visible_channels import shared_in
from common.errors import UserError
from common.file_formats import REPORT_TABLES
from common.i18n import ENGLISH, tr, use_locale
from db.delivery.message_deletions import About, remember_sent
from db.engine import Database
from db.queries.explanations import count_explained
from db.queries.jobs import get_job
from db.queries.reports import summary
from db.queries.theme_texts import theme_texts
from db.types import ResultView, ThemeText, Viewer
from reporting.days import FORMS, check_order, parse_day
from reporting.pictures import chart_png, distribution_png
from reporting.report_files import file_of, parts_of, with_themes
from reporting.request import FEWEST, By, ReportRequest, compared_with, too_few
from reporting.tables import ReportPart
from reporting.themes.of_report import ReportThemes

Day = app_commands.Range[str, 1, 50]
ATTACHED: Final = (*REPORT_TABLES, "html")
WHY_S: Final = 2.5
"""Longest that a report waits for the sentences that decided; without them it shows how the reviews begin."""
LOOK_S: Final = 0.25
"""Pause between two looks for them."""


class ReportCog(commands.Cog, name="Report"):
    """The command `/report`."""

    def __init__(self, bot: BotCore) -> None:
        self.bot = bot

    @app_commands.command()
    @app_commands.describe(
        film="Only this film",
        job="Only this job",
        since=f"First day: {FORMS}",
        until=f"Last day: {FORMS}",
        by="What to group the chart by: day, week, month, film, or aspect: what is praised and blamed",
        compare="Compare with: another film, job 41, before (the days just before), 2026-01 or 2026-01-01..2026-01-31",
        file="File format for the numbers",
        share="Show it to everyone in this channel; otherwise only you see it",
    )
    @app_commands.choices(file=[app_commands.Choice(name=name, value=name) for name in ATTACHED])
    @app_commands.autocomplete(job=any_job)
    @app_commands.autocomplete(film=a_film)
    async def report(
        self,
        interaction: discord.Interaction[Any],
        film: app_commands.Range[str, 1, 200] | None = None,
        job: Number | None = None,
        since: Day | None = None,
        until: Day | None = None,
        by: By = "day",
        compare: app_commands.Range[str, 1, 200] | None = None,
        file: str = "csv",
        share: bool = False,
    ) -> None:
        """Counts, averages and charts of your verdicts, by time or by film; or two of them compared."""
        today = interaction.created_at.date()
        first = None if since is None else parse_day(since, today=today)
        last = None if until is None else parse_day(until, today=today)
        check_order(first, last)
        about = ReportRequest(film, job, first, last, by)
        abouts = [about] if compare is None else [about, compared_with(about, compare)]
        await defer(interaction)  # also when shared: an error is the caller's alone
        heavy, viewer = self.bot.heavy, self.bot.viewer(interaction)
        if share and interaction.channel_id is not None:
            viewer = viewer.only_in(shared_in(interaction.channel, interaction.channel_id))
        async with heavy.turn(MAKING, interaction.user.id):
            parts = await heavy.in_child(ask, viewer, abouts, None)
        if len(parts) == 1 and await self._ask_why(viewer, parts[0]):  # waits for a worker, and takes nobody's place
            async with heavy.turn(MAKING, interaction.user.id, goes_on=True):
                parts = await heavy.in_child(ask, viewer, abouts, [part.themes for part in parts])
        async with heavy.turn(MAKING, interaction.user.id, goes_on=True):
            files = await heavy.in_child(report_files, parts, file)
        card = Card(embed=report_embed(parts), files=files)
        if not share:
            await answer(interaction, card)
        else:
            await answer(interaction, Card(tr("Shown to everyone here:")))
            sent = await interaction.followup.send(**card.for_send(), wait=True)
            quoted = [one for part in parts for one in shown(part) if one.text is not None]
            shows = [About(one.owner_id, one.job_id, None, one.id, one.shared) for one in quoted]
            shows += [About(one.owner_id, one.job_id, None, one.review_id, one.shared) for one in quotes(parts)]
            shows += [About(one.owner_id, one.job_id, None, one.id, one.shared) for one in quoted_by_themes(parts)]
            shows.append(About(interaction.user.id))  # the film that was typed
            await self.bot.in_own_thread(remember_sent, self.bot.db, sent.channel.id, sent.id, *shows)

    async def _ask_why(self, viewer: Viewer, part: ReportPart) -> bool:
        """Has a worker explain the extremes that are shown and not explained yet; whether any was in time."""
        signals = self.bot.signals
        asked = [one.id for one in shown(part) if one.explanation is None and one.text is not None]
        if signals is None or not asked:
            return False
        sent = [await self.bot.in_thread(signals.request_explanation, id_) for id_ in asked]
        if not any(sent):
            return False
        loop = asyncio.get_running_loop()
        until = loop.time() + WHY_S
        while True:
            explained = await self.bot.in_thread(count_explained, self.bot.db, viewer, asked)
            if explained == len(asked) or loop.time() >= until:
                return explained > 0
            await asyncio.sleep(LOOK_S)


def shown(part: ReportPart) -> list[ResultView]:
    """The most positive and most negative that a card shows."""
    return [*part.report.most_positive[:EXTREMES], *part.report.most_negative[:EXTREMES]]


def quoted_by_themes(parts: list[ReportPart]) -> list[ThemeText]:
    """Reviews that the themes of a report quote; a card goes when one of them is deleted."""
    return [one for part in parts if part.themes for one in part.themes.quoted]


def ask(
    db: Database, viewer: Viewer, abouts: list[ReportRequest], known: list[ReportThemes | None] | None
) -> list[ReportPart]:
    """The reports; blocking. `known`: their themes, if they were looked for before.

    Raises db.errors.NotFound when a job is not the viewer's to see, UserError when there are too few reviews.
    """
    for about in abouts:
        if about.job is not None:
            get_job(db, viewer, about.job)
    parts = parts_of(partial(summary, db, viewer), *abouts)
    for part in parts:
        if part.report.total < FEWEST:
            raise UserError(one_line(too_few(part.report.total, part.about, part.report.other_films), 600))
    if known is None:
        return with_themes(parts, partial(theme_texts, db, viewer))
    return [replace(part, themes=themes) for part, themes in zip(parts, known, strict=True)]


def report_files(_: Database, parts: list[ReportPart], file: str) -> tuple[CardFile, ...]:
    """Draws; blocking."""
    alts = [alt_text(parts), distribution_alt(parts[0])]
    with use_locale(ENGLISH):  # as what `reelfeel report` writes; charts have no glyphs for every language
        files = [CardFile("report.png", chart_png(parts), alt=alts[0])]
        if len(parts) == 1:
            files.append(CardFile("distribution.png", distribution_png(parts[0]), alt=alts[1]))
        files.append(CardFile(f"report.{file}", file_of(parts, file)))
    return tuple(files)


async def setup(bot: BotCore) -> None:
    """Called by discord.py when the extension is loaded."""
    await bot.add_cog(ReportCog(bot))
