"""`/results search | show`: every stored verdict that the caller may see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.cards.base import Card, CardFile
from bot.cards.results import Asked, nothing_found, results_embed
from bot.cards.verdict import verdict_card
from bot.choices import Number, any_job
from bot.dates import FORMS, parse_day
from bot.exports import export, export_words
from bot.pages import Load, Pages
from db.jobs import get_job
from db.results import get_result, search
from db.types import SearchFilter

if TYPE_CHECKING:
    from bot.client import ReelfeelBot
    from db.engine import Database
    from db.types import JobView, Page, Viewer

PER_PAGE: Final = 8

Label = Literal["positive", "negative", "uncertain"]
Sort = Literal["newest", "probability"]
Words = app_commands.Range[str, 1, 200]


class Results(commands.GroupCog, group_name="results", group_description="Verdicts that were given before"):
    """Commands about stored verdicts; every query goes through the caller's scope."""

    def __init__(self, bot: ReelfeelBot) -> None:
        self.bot = bot

    @app_commands.command(name="search")
    @app_commands.describe(
        query="Words of the review",
        label="Only this label",
        film="Only this film",
        min_probability="Least probability of positive, 0 to 1",
        since=f"First day: {FORMS}",
        job="Only this job",
        sort="Newest first, or most positive first",
    )
    @app_commands.autocomplete(job=any_job)
    async def search_(
        self,
        interaction: discord.Interaction[Any],
        query: Words | None = None,
        label: Label | None = None,
        film: Words | None = None,
        min_probability: app_commands.Range[float, 0.0, 1.0] | None = None,
        since: app_commands.Range[str, 1, 50] | None = None,
        job: Number | None = None,
        sort: Sort = "newest",
    ) -> None:
        """Find verdicts by text, label, film, probability, date or job."""
        start = None if since is None else parse_day(since, today=interaction.created_at.date())
        await interaction.response.defer(ephemeral=True)
        asked = Asked(query, label, film, min_probability, start, job)
        viewer = self.bot.viewer(interaction)
        wanted = _filter(asked, sort)

        async def load(cursor: Any, page: int) -> tuple[Card, Any]:
            found, jobs = await self.bot.in_thread(_page, self.bot.db, viewer, wanted, cursor)
            if not found.items:
                return Card(content=nothing_found(asked)), None
            return Card(embed=results_embed(found.items, asked, page=page, jobs=jobs)), found.next_cursor

        await ResultPages(load, self.bot, viewer, wanted).send(interaction)

    @app_commands.command()
    @app_commands.describe(id="Number of the result, as /results search shows it")
    async def show(self, interaction: discord.Interaction[Any], id: Number) -> None:
        """One verdict in full."""
        await interaction.response.defer(ephemeral=True)
        result = await self.bot.in_thread(get_result, self.bot.db, self.bot.viewer(interaction), id)
        await interaction.followup.send(**verdict_card(result).for_send(), ephemeral=True)


def _page(db: Database, viewer: Viewer, wanted: SearchFilter, cursor: str | None) -> tuple[Page, dict[int, JobView]]:
    """A page of results and their jobs by number; blocking."""
    found = search(db, viewer, wanted, cursor=cursor, limit=PER_PAGE)
    return found, {number: get_job(db, viewer, number) for number in {item.job_id for item in found.items}}


def _filter(asked: Asked, sort: Sort) -> SearchFilter:
    return SearchFilter(
        query=asked.query,
        label=asked.label,
        film=asked.film,
        min_probability=asked.min_probability,
        since=asked.since,
        job_id=asked.job,
        sort=sort,
    )


class ResultPages(Pages[Any]):
    """Pages of a search, with a button that gives all of it as a file."""

    def __init__(self, load: Load[Any], bot: ReelfeelBot, viewer: Viewer, wanted: SearchFilter) -> None:
        super().__init__(load)
        self._bot, self._viewer, self._wanted = bot, viewer, wanted

    def has_buttons(self, card: Card) -> bool:
        """A search without a hit has nothing to export either."""
        return card.embed is not None

    @discord.ui.button(label="Export CSV", emoji="📄", row=0)
    async def export_(self, interaction: discord.Interaction[Any], button: discord.ui.Button[Any]) -> None:
        """All that matches, as a CSV file, privately."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        limit = interaction.filesize_limit
        table = await self._bot.in_thread(export, self._bot.db, self._viewer, self._wanted, max_bytes=limit)
        content = export_words(table, max_bytes=limit)
        card = Card(content=content, files=(CardFile("results.csv", table.data),))
        await interaction.followup.send(**card.for_send(), ephemeral=True)


async def setup(bot: ReelfeelBot) -> None:
    """Called by discord.py when the extension is loaded."""
    await bot.add_cog(Results(bot))
